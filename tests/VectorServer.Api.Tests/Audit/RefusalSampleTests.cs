using System.Net;
using VectorServer.Api.Audit;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Tests.Audit;

public sealed class RefusalSampleTests
{
    private static readonly IPAddress Client = IPAddress.Parse("192.0.2.7");

    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch.AddYears(50));
    private readonly RefusalSample _sample;

    public RefusalSampleTests() => _sample = new RefusalSample(_time);

    [Fact]
    public void The_first_of_each_client_key_and_kind_within_a_minute_is_taken()
    {
        Assert.True(_sample.Takes(Client, null, WireError.PermissionDenied));
        Assert.False(_sample.Takes(Client, null, WireError.PermissionDenied));
        Assert.True(_sample.Takes(Client, null, WireError.InvalidArgument));
        Assert.True(_sample.Takes(Client, "app", WireError.PermissionDenied));
        Assert.True(_sample.Takes(IPAddress.Parse("192.0.2.8"), null, WireError.PermissionDenied));

        _time.Advance(RefusalSample.Window);
        Assert.True(_sample.Takes(Client, null, WireError.PermissionDenied));
    }

    [Fact]
    public void Many_addresses_do_not_fill_the_disk()
    {
        var taken = Enumerable.Range(0, 3 * RefusalSample.LinesMax)
            .Count(i => _sample.Takes(new IPAddress([10, 0, (byte)(i >> 8), (byte)i]), null, WireError.PermissionDenied));

        Assert.Equal(RefusalSample.LinesMax, taken);
    }
}
