using VectorServer.Api.Errors;

namespace VectorServer.Api.Auth;

/// <summary>Who asks in this request, and how that was decided; a request feature.</summary>
internal sealed class RequestAccess
{
    /// <summary>Null where the key is nobody's.</summary>
    public AccessKey? Key { get; init; }

    /// <summary>What the audit log says of a refusal; null where there was none.</summary>
    public Refusal? Refusal { get; set; }

    /// <summary>The index that the body names, where the address does not.</summary>
    public string? NamedIndex { get; set; }
}

/// <summary>Why a request is refused, for the audit log.</summary>
/// <param name="Error">What is answered.</param>
/// <param name="Text">The reason.</param>
/// <param name="IsSampled">Such refusals cost nobody anything and may come in floods: one line stands for those of a minute.</param>
internal sealed record Refusal(WireError Error, string Text, bool IsSampled = false);

internal static class RequestAccessExtensions
{
    /// <summary>The key of a request that was let in.</summary>
    public static AccessKey Key(this HttpContext context) => context.Features.Get<RequestAccess>()?.Key ?? AccessKey.Anyone;

    /// <summary>For an index that the request's body names.</summary>
    /// <exception cref="WireException">The key is not for this index: 403, whether there is such an index or not.</exception>
    public static void CheckCovers(this HttpContext context, string index)
    {
        if (context.Features.Get<RequestAccess>() is { } access)
            access.NamedIndex = index;
        if (!context.Key().Covers(index))
            throw context.NotCovered($"index {index}");
    }

    public static WireException LacksRole(this HttpContext context, KeyRole needed) =>
        context.Refused($"This operation needs a key of the role {needed.ToWord()}", "KEY_LACKS_ROLE", ("role", needed.ToWord()));

    public static WireException NotCovered(this HttpContext context, string what) =>
        context.Refused($"This key is not for {what}", "KEY_LACKS_INDEX");

    /// <summary>Notes for the audit log what is refused before any key is looked at.</summary>
    public static WireException RefusedUnseen(this HttpContext context, WireException exception)
    {
        context.Features.Set(new RequestAccess { Refusal = new Refusal(exception.Error, exception.Message, IsSampled: true) });
        return exception;
    }

    private static WireException Refused(this HttpContext context, string message, string reason, params (string Name, string Value)[] metadata)
    {
        if (context.Features.Get<RequestAccess>() is { } access)
            access.Refusal = new Refusal(WireError.PermissionDenied, message);
        return new WireException(WireError.PermissionDenied, message)
        {
            Reason = new ErrorReason(reason, metadata.ToDictionary(entry => entry.Name, entry => entry.Value)),
        };
    }
}
