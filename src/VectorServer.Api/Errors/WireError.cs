namespace VectorServer.Api.Errors;

/// <summary>A kind of failure as the wire names it: HTTP status, code of the control plane's envelope, number of the data plane's rpc status.</summary>
internal sealed record WireError(int Status, string Code, int Rpc)
{
    public static readonly WireError InvalidArgument = new(400, "INVALID_ARGUMENT", 3);
    public static readonly WireError Unauthenticated = new(401, "UNAUTHENTICATED", 16);
    public static readonly WireError Forbidden = new(403, "FORBIDDEN", 7);
    public static readonly WireError PermissionDenied = new(403, "PERMISSION_DENIED", 7);
    public static readonly WireError NotFound = new(404, "NOT_FOUND", 5);
    public static readonly WireError MethodNotAllowed = new(405, "UNIMPLEMENTED", 12);
    public static readonly WireError RequestTimeout = new(408, "DEADLINE_EXCEEDED", 4);
    public static readonly WireError AlreadyExists = new(409, "ALREADY_EXISTS", 6);
    public static readonly WireError FailedPrecondition = new(412, "FAILED_PRECONDITION", 9);
    public static readonly WireError PayloadTooLarge = new(413, "PAYLOAD_TOO_LARGE", 8);
    public static readonly WireError UnsupportedMediaType = new(415, "INVALID_ARGUMENT", 3);
    public static readonly WireError UnprocessableEntity = new(422, "UNPROCESSABLE_ENTITY", 3);
    public static readonly WireError ResourceExhausted = new(429, "RESOURCE_EXHAUSTED", 8);

    /// <summary>A gRPC method, or an encoding, that there is not; HTTP's status is 200 then. REST clients get <see cref="WireException.NotOffered"/>.</summary>
    public static readonly WireError Unimplemented = new(501, "UNIMPLEMENTED", 12);
    public static readonly WireError Unavailable = new(503, "UNAVAILABLE", 14);
    public static readonly WireError DeadlineExceeded = new(504, "DEADLINE_EXCEEDED", 4);
    public static readonly WireError InsufficientStorage = new(507, "RESOURCE_EXHAUSTED", 8);

    /// <summary>Damaged data, until it is repaired: without <c>Retry-After</c>, and over gRPC a code that clients do not retry.</summary>
    public static readonly WireError DataLoss = new(503, "DATA_LOSS", 15);
    public static readonly WireError Unknown = new(500, "UNKNOWN", 2);
}

/// <summary>A refusal decided by the host itself; the engine's own come as <see cref="VectorServer.Storage.StorageException"/>.</summary>
internal sealed class WireException(WireError error, string message) : Exception(message)
{
    public WireError Error { get; } = error;

    /// <summary>Null where the code says it all.</summary>
    public ErrorReason? Reason { get; init; }

    public static WireException Invalid(string message) => new(WireError.InvalidArgument, message);

    /// <summary>
    /// What the wire has and this server does not offer. 400, with the word for it in the details: clients repeat a 501, and then hide its
    /// text, or take it for a failure that passes.
    /// </summary>
    public static WireException NotOffered(string message) => new(WireError.InvalidArgument, message) { Reason = new ErrorReason(NotOfferedReason) };

    /// <summary>See <see cref="NotOffered"/>.</summary>
    public const string NotOfferedReason = "UNIMPLEMENTED";
}
