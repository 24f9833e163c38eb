using Google.Protobuf;
using Grpc.Core;
using Grpc.Reflection;
using Grpc.Reflection.V1;
using VectorServer.Api.Errors;
using static Grpc.Reflection.V1.ServerReflectionRequest;

namespace VectorServer.Api.Grpc;

/// <summary>
/// Tells tools such as grpcurl what can be called. No key needed, as none is for <c>/openapi.yaml</c>. The library's answers say not what was
/// asked, and it knows no questions about extensions, of which no message here has any.
/// </summary>
internal sealed class ReflectionService() : ReflectionV1ServiceImpl(GrpcServices.All.Select(service => service.FullName), Files)
{
    private static readonly SymbolRegistry Files = SymbolRegistry.FromFiles(GrpcServices.All.Select(service => service.File));

    /// <summary>The service under the name of a version; v1alpha, which older tools speak, differs in nothing else.</summary>
    public static ServerServiceDefinition Define(string version)
    {
        var method = new Method<ServerReflectionRequest, ServerReflectionResponse>(
            MethodType.DuplexStreaming,
            $"grpc.reflection.{version}.ServerReflection",
            nameof(ServerReflectionInfo),
            Marshallers.Create(MessageExtensions.ToByteArray, Parser.ParseFrom),
            Marshallers.Create(MessageExtensions.ToByteArray, ServerReflectionResponse.Parser.ParseFrom));
        return ServerServiceDefinition.CreateBuilder().AddMethod(method, new ReflectionService().ServerReflectionInfo).Build();
    }

    public override Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream, IServerStreamWriter<ServerReflectionResponse> responseStream, ServerCallContext context) =>
        base.ServerReflectionInfo(requestStream, new Answers(requestStream, responseStream), context);

    private sealed class Answers(IAsyncStreamReader<ServerReflectionRequest> requests, IServerStreamWriter<ServerReflectionResponse> answers)
        : IServerStreamWriter<ServerReflectionResponse>
    {
        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(ServerReflectionResponse message)
        {
            var request = requests.Current;
            (message.ValidHost, message.OriginalRequest) = (request.Host, request);
            if (request.MessageRequestCase == MessageRequestOneofCase.AllExtensionNumbersOfType
                && Files.FileContainingSymbol(request.AllExtensionNumbersOfType) is not null)
                message.AllExtensionNumbersResponse = new ExtensionNumberResponse { BaseTypeName = request.AllExtensionNumbersOfType };
            else if (message.ErrorResponse is not null)
                message.ErrorResponse = ErrorTo(request.MessageRequestCase);
            return answers.WriteAsync(message);
        }

        private static ErrorResponse ErrorTo(MessageRequestOneofCase question) => question == MessageRequestOneofCase.None
            ? new ErrorResponse { ErrorCode = WireError.InvalidArgument.Rpc, ErrorMessage = "The request asks nothing" }
            : new ErrorResponse { ErrorCode = WireError.NotFound.Rpc, ErrorMessage = "What was asked for is not known" };
    }
}
