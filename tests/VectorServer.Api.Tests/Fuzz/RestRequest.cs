using System.Globalization;
using System.Text;

namespace VectorServer.Api.Tests.Fuzz;

/// <summary>One request of the fuzzer, as bytes.</summary>
/// <param name="Operation">What it was made from.</param>
/// <param name="Method">As sent.</param>
/// <param name="Bytes">Head and body.</param>
/// <param name="IsAbuse">Its head is not what a client library would send: the web server may answer in its own words, or close.</param>
/// <param name="IsExactAddress">It leads to the operation, so the shape of its errors is known.</param>
internal sealed record RestRequest(FuzzOperation Operation, string Method, byte[] Bytes, bool IsAbuse, bool IsExactAddress)
{
    private static readonly string[] OtherMethods = ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "BREW", "get", "M\u00c9", "A\"B"];

    /// <param name="random">Decides everything but <paramref name="known"/>.</param>
    /// <param name="operation">What to ask for.</param>
    /// <param name="known">Ids that the server gave before.</param>
    /// <param name="bulkUri">Where files may be read and written.</param>
    public static RestRequest Make(Random random, FuzzOperation operation, IReadOnlyList<(string Name, string Value)> known, string bulkUri)
    {
        var kind = random.Next(10);
        var (isAddressAbuse, isHeaderAbuse) = (kind == 8, kind == 9);
        var (path, isExact) = PathOf(random, operation, isOdd: kind is 2, isAddressAbuse, known);
        var (method, isKnownMethod) = random.Next(25) == 0 ? (OtherMethods[random.Next(OtherMethods.Length)], false) : (operation.Method, true);
        var body = operation.Body is null && random.Next(20) > 0 ? null : BodyOf(random, operation, kind, known, bulkUri);

        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"{method} {path}{QueryOf(random, operation, isOdd: kind is 3 or 8, known)} HTTP/1.1\r\nHost: localhost\r\nApi-Key: {FuzzServer.Key}\r\n");
        if (random.Next(3) > 0)
            head.Append(CultureInfo.InvariantCulture, $"X-Pinecone-Api-Version: {Pick(random, OddValues.Versions)}\r\n");
        var contentType = kind == 7 ? Pick(random, OddValues.ContentTypes) : "application/json";
        if (kind == 7)
            head.Append(CultureInfo.InvariantCulture, $"Content-Type: {contentType}\r\n");
        else if (body is not null)
            head.Append("Content-Type: application/json\r\n");
        if (isHeaderAbuse)
        {
            for (var lines = random.Next(1, 4); lines > 0; lines--)
                head.Append(Pick(random, OddValues.HeaderLines)).Append("\r\n");
        }

        var isChunked = body is not null && random.Next(10) == 0;
        if (body is not null)
            head.Append(isChunked ? "Transfer-Encoding: chunked\r\n" : $"Content-Length: {body.Length}\r\n");
        head.Append("\r\n");
        byte[] bytes = [.. Encoding.Latin1.GetBytes(head.ToString()), .. isChunked ? Chunks(random, body!) : body ?? []];
        if (isHeaderAbuse && random.Next(4) == 0)
            bytes = Mutation.Bytes(random, bytes);

        // The web server takes no NUL in a path and only ASCII in this header, and says so in its own words.
        var isAbuse = isAddressAbuse || isHeaderAbuse || !isKnownMethod || path.Contains("%00", StringComparison.Ordinal) || !Ascii.IsValid(contentType);
        return new RestRequest(operation, method, bytes, isAbuse, isExact && isKnownMethod && !isHeaderAbuse);
    }

    /// <summary>For a failure's message: what is not printable is escaped, what is long is cut.</summary>
    public override string ToString() => string.Concat(
        Bytes.Take(1_500).Select(value => value is >= 0x20 and < 0x7f or (byte)'\n' ? ((char)value).ToString() : $"\\x{value:x2}"));

    private static (string Path, bool IsExact) PathOf(Random random, FuzzOperation operation, bool isOdd, bool isAbuse, IReadOnlyList<(string Name, string Value)> known)
    {
        var isExact = !isAbuse;
        var path = new StringBuilder(operation.IsData ? "/indexes/fuzz" : "");
        foreach (var segment in operation.Path.Split('/')[1..])
        {
            path.Append('/');
            if (segment is not ['{', .. var name, '}'])
                path.Append(segment);
            else if (isAbuse)
                path.Append(Pick(random, OddValues.Encoded));
            else if (isOdd)
                (isExact, _) = (false, path.Append(Uri.EscapeDataString(Pick(random, OddValues.Text))));
            else
                path.Append(Uri.EscapeDataString(JsonSampler.WordFor(random, name, known)));
        }

        if (isAbuse && random.Next(3) > 0)
            path.Insert(random.Next(path.Length + 1), random.Next(20) == 0 ? new string('a', random.Next(20_000)) : Pick(random, OddValues.Encoded));
        return (path.ToString(), isExact);
    }

    private static string QueryOf(Random random, FuzzOperation operation, bool isOdd, IReadOnlyList<(string Name, string Value)> known)
    {
        var query = new StringBuilder();
        foreach (var name in operation.QueryNames.Concat(isOdd ? ["limit", "namespace", "x", "%00", ""] : []).Where(_ => random.Next(2) == 0))
        {
            var value = !isOdd ? Uri.EscapeDataString(JsonSampler.WordFor(random, name, known))
                : random.Next(2) == 0 ? Pick(random, OddValues.Encoded)
                : Uri.EscapeDataString(Pick(random, OddValues.Text));
            query.Append(query.Length == 0 ? '?' : '&').Append(name).Append(random.Next(15) == 0 ? "" : "=").Append(value.Replace(' ', '+'));
        }

        return query.ToString();
    }

    private static byte[] BodyOf(Random random, FuzzOperation operation, int kind, IReadOnlyList<(string Name, string Value)> known, string bulkUri)
    {
        var oddShare = kind is 2 or 3 or 4 ? 0.12 : 0;
        var seed = random.Next(3) > 0 ? RestSeeds.Sample(random, operation, oddShare, bulkUri) : null;
        var text = seed ?? new JsonSampler(random, oddShare, known).Sample(operation.File, operation.Body ?? []);
        return kind switch
        {
            5 => Mutation.Json(random, text),
            6 => Mutation.Bytes(random, Encoding.UTF8.GetBytes(text)),
            _ => Encoding.UTF8.GetBytes(text),
        };
    }

    private static byte[] Chunks(Random random, byte[] body)
    {
        var cut = random.Next(body.Length + 1);
        byte[] chunks = [];
        foreach (var part in (byte[][])[body[..cut], body[cut..]])
        {
            if (part.Length > 0)
                chunks = [.. chunks, .. Encoding.ASCII.GetBytes($"{part.Length:x}\r\n"), .. part, .. "\r\n"u8];
        }

        return [.. chunks, .. "0\r\n\r\n"u8];
    }

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];
}
