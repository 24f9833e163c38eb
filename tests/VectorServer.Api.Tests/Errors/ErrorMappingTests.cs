using System.Text.Json;
using Microsoft.AspNetCore.Http;
using VectorServer.Api.Errors;
using VectorServer.Storage;

namespace VectorServer.Api.Tests.Errors;

public sealed class ErrorMappingTests
{
    [Theory]
    [InlineData(StorageErrorCode.InvalidArgument, 400, "INVALID_ARGUMENT", 3)]
    [InlineData(StorageErrorCode.NotFound, 404, "NOT_FOUND", 5)]
    [InlineData(StorageErrorCode.AlreadyExists, 409, "ALREADY_EXISTS", 6)]
    [InlineData(StorageErrorCode.FailedPrecondition, 412, "FAILED_PRECONDITION", 9)]
    [InlineData(StorageErrorCode.Unavailable, 503, "UNAVAILABLE", 14)]
    [InlineData(StorageErrorCode.OutOfSpace, 507, "RESOURCE_EXHAUSTED", 8)]
    [InlineData(StorageErrorCode.DataCorruption, 503, "DATA_LOSS", 15)]
    public void Each_failure_of_the_engine_has_its_name_on_the_wire(StorageErrorCode code, int status, string name, int rpc)
    {
        var (error, message) = ErrorMapping.Map(new StorageException(code, "what is wrong"));

        Assert.Equal((status, name, rpc), (error.Status, error.Code, error.Rpc));
        Assert.Equal("what is wrong", message);
    }

    [Fact]
    public void No_failure_of_the_engine_is_left_without_a_name() =>
        Assert.DoesNotContain(WireError.Unknown, Enum.GetValues<StorageErrorCode>().Select(ErrorMapping.Map));

    [Fact]
    public void An_unexpected_failure_tells_a_client_nothing_of_the_inside()
    {
        var (error, message) = ErrorMapping.Map(new InvalidOperationException("/var/secret/path"));

        Assert.Equal((500, "Internal server error"), (error.Status, message));
    }

    [Fact]
    public void The_frameworks_own_refusals_are_client_errors()
    {
        Assert.Equal(400, ErrorMapping.Map(new JsonException("x")).Error.Status);
        Assert.Equal(400, ErrorMapping.Map(new BadHttpRequestException("x")).Error.Status);
        Assert.Equal(413, ErrorMapping.Map(new BadHttpRequestException("x", 413)).Error.Status);
    }
}
