using System.Runtime.CompilerServices;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using VectorServer.Api.Auth;
using VectorServer.Api.Errors;
using static VectorServer.Api.Grpc.Proto.ServerReflectionRequest;

namespace VectorServer.Api.Grpc;

/// <summary>Tells tools such as grpcurl what can be called. No key needed, as none is for <c>/openapi.yaml</c>.</summary>
internal static class ReflectionService
{
    public static void MapGrpcReflection(this IEndpointRouteBuilder routes)
    {
        foreach (var version in (string[])["v1", "v1alpha"])
        {
            routes.MapStream($"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo", Parser, AnswerAsync)
                .WithMetadata(PublicEndpoint.Instance);
        }
    }

    private static async IAsyncEnumerable<IMessage> AnswerAsync(
        IAsyncEnumerable<Proto.ServerReflectionRequest> requests, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var request in requests.WithCancellation(cancellation))
        {
            var answer = Answer(request);
            (answer.ValidHost, answer.OriginalRequest) = (request.Host, request);
            yield return answer;
        }
    }

    private static Proto.ServerReflectionResponse Answer(Proto.ServerReflectionRequest request) => request.MessageRequestCase switch
    {
        MessageRequestOneofCase.ListServices => new()
        {
            ListServicesResponse = new() { Service = { GrpcDescriptors.Services.Select(name => new Proto.ServiceResponse { Name = name }) } },
        },
        MessageRequestOneofCase.FileByFilename => Files(GrpcDescriptors.FileNamed(request.FileByFilename), request.FileByFilename),
        MessageRequestOneofCase.FileContainingSymbol => Files(GrpcDescriptors.FileOf(request.FileContainingSymbol), request.FileContainingSymbol),
        MessageRequestOneofCase.FileContainingExtension => Files(null, request.FileContainingExtension.ContainingType),
        MessageRequestOneofCase.AllExtensionNumbersOfType => Extensions(request.AllExtensionNumbersOfType),
        _ => Error(WireError.InvalidArgument, "The request asks nothing"),
    };

    private static Proto.ServerReflectionResponse Files(FileDescriptor? file, string asked) => file is null
        ? Error(WireError.NotFound, $"{asked} is not known")
        : new() { FileDescriptorResponse = new() { FileDescriptorProto = { GrpcDescriptors.WithImports(file).Select(one => one.SerializedData) } } };

    // No message here has extensions.
    private static Proto.ServerReflectionResponse Extensions(string type) => GrpcDescriptors.FileOf(type) is null
        ? Error(WireError.NotFound, $"{type} is not known")
        : new() { AllExtensionNumbersResponse = new() { BaseTypeName = type } };

    private static Proto.ServerReflectionResponse Error(WireError error, string message) =>
        new() { ErrorResponse = new() { ErrorCode = error.Rpc, ErrorMessage = message } };
}
