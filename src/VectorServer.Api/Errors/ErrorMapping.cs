using System.Text.Json;
using VectorServer.Api.Grpc;
using VectorServer.Storage;

namespace VectorServer.Api.Errors;

/// <summary>The one table that turns failures into what the wire calls them.</summary>
internal static class ErrorMapping
{
    /// <summary>Text of a data-plane body over the limit; clients match on it.</summary>
    public const string BodyTooLarge =
        "Your request is larger than the maximum supported size - 2MB. Please try to reduce your batch size.";

    public const string InternalError = "Internal server error";

    /// <summary>The failure as the wire names it, and the message a client may see.</summary>
    public static (WireError Error, string Message) Map(Exception exception) => exception switch
    {
        WireException wire => (wire.Error, wire.Message),
        StorageException storage => (Map(storage.Code), storage.Message),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => (WireError.PayloadTooLarge, BodyTooLarge),
        BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType } bad => (WireError.UnsupportedMediaType, bad.Message),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } bad => (WireError.RequestTimeout, bad.Message),
        BadHttpRequestException bad => (WireError.InvalidArgument, bad.Message),
        IOException { InnerException: OverflowException } bad => (WireError.InvalidArgument, bad.Message), // Kestrel's, of a chunk of 2 GB or more
        JsonException => (WireError.InvalidArgument, "The request body is not valid JSON"),
        OperationCanceledException => (WireError.Unavailable, "The server is shutting down"),
        _ => (WireError.Unknown, InternalError),
    };

    public static WireError Map(StorageErrorCode code) => code switch
    {
        StorageErrorCode.InvalidArgument => WireError.InvalidArgument,
        StorageErrorCode.NotFound => WireError.NotFound,
        StorageErrorCode.AlreadyExists => WireError.AlreadyExists,
        StorageErrorCode.FailedPrecondition => WireError.FailedPrecondition,
        StorageErrorCode.Unavailable => WireError.Unavailable,
        StorageErrorCode.OutOfSpace => WireError.InsufficientStorage,
        StorageErrorCode.DataCorruption => WireError.DataLoss,
        StorageErrorCode.NewerFormat => WireError.FailedPrecondition,
        _ => WireError.Unknown,
    };

    /// <summary>The error of a status that the framework set without a body.</summary>
    public static (WireError Error, string Message) Map(int status, HttpRequest request) => status switch
    {
        StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed when request.IsGrpc() =>
            (WireError.Unimplemented, $"There is no method {request.Path.ToUriComponent()} here"),
        StatusCodes.Status404NotFound => (WireError.NotFound, $"There is no {request.Method} {request.Path.ToUriComponent()} here"),
        StatusCodes.Status405MethodNotAllowed => (WireError.MethodNotAllowed, $"{request.Method} is not allowed on {request.Path.ToUriComponent()}"),
        StatusCodes.Status413PayloadTooLarge => (WireError.PayloadTooLarge, BodyTooLarge),
        StatusCodes.Status415UnsupportedMediaType => (WireError.UnsupportedMediaType, "Expected request with `Content-Type: application/json`"),
        >= 500 => (WireError.Unknown, InternalError),
        _ => (WireError.InvalidArgument, "The request is not valid"),
    };
}
