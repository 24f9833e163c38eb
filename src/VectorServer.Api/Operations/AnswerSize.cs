using System.Text.Json;
using Google.Protobuf;
using VectorServer.Api.Errors;
using VectorServer.Storage;

namespace VectorServer.Api.Operations;

/// <summary>The wire's limit on answers that carry records, 4 MB as they are sent: of JSON over REST, of the message over gRPC.</summary>
internal readonly struct AnswerSize
{
    private const int BytesAllowed = 4 << 20;
    private const int BytesBesideRecords = 16 << 10; // of a page: names, usage, a token

    private readonly long _bytesMax;

    private AnswerSize(long bytesMax) => _bytesMax = bytesMax;

    /// <summary>The limit that the settings leave.</summary>
    public static AnswerSize Of(HttpContext context) =>
        new(context.RequestServices.GetRequiredService<ServerOptions>().EnforceSizeLimits ? BytesAllowed : long.MaxValue);

    /// <summary>Called while an answer is written, so that one that is much too large is not written to its end.</summary>
    /// <exception cref="WireException">It is larger than an answer may be.</exception>
    public void Check(Utf8JsonWriter written) => Check(written.BytesCommitted + written.BytesPending);

    /// <exception cref="WireException">The message is larger than an answer may be.</exception>
    public T Check<T>(T message)
        where T : IMessage
    {
        if (_bytesMax < long.MaxValue)
            Check(message.CalculateSize());
        return message;
    }

    /// <summary>The first records of a page that fit into one answer, at least one of them.</summary>
    /// <param name="page">Those there are.</param>
    /// <param name="wire">How large they are as the protocol writes them.</param>
    public IReadOnlyList<VectorRecord> Fit(IReadOnlyList<VectorRecord> page, IRecordSize wire)
    {
        var allowed = _bytesMax - BytesBesideRecords;
        if (page.Sum(wire.AtMost) <= allowed)
            return page; // as nearly all are: nothing is written twice

        var bytes = 0L;
        for (var count = 0; count < page.Count; count++)
        {
            bytes += wire.Measure(page[count]);
            if (bytes > allowed && count > 0)
                return [.. page.Take(count)];
        }

        return page;
    }

    private void Check(long bytes)
    {
        if (bytes > _bytesMax)
            throw WireException.Invalid("The answer is larger than the maximum supported size - 4MB. Lower topK, or ask without values or metadata.");
    }
}

/// <summary>How many bytes a record takes in a fetch's answer, by protocol.</summary>
internal interface IRecordSize
{
    /// <summary>A bound that costs nothing to find.</summary>
    long AtMost(VectorRecord record);

    /// <summary>What it is.</summary>
    long Measure(VectorRecord record);
}
