using System.Net;
using VectorServer.Api.Addressing;
using VectorServer.Api.Errors;
using VectorServer.Api.Limits;

namespace VectorServer.Api.Auth;

/// <summary>
/// Decides of every request, except to endpoints marked <see cref="PublicEndpoint"/>: (1) whose is the key (<see cref="SentKey"/>), (2) is
/// the address shut out, (3) does the key ask too often, (4) has it the role, and (5) is it for the index addressed.
/// </summary>
internal sealed class AccessMiddleware(RequestDelegate next, AccessKeys keys, Lockout lockout, RequestRates rates, ServerOptions options)
{
    private const string LockedOut = "Too many wrong keys came from this address: try again later";

    public Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<PublicEndpoint>() is not null)
            return next(context);

        // Step 1: whose
        var key = keys.Find(SentKey.Of(context.Request, endpoint));
        var access = new RequestAccess { Key = key };
        context.Features.Set(access);

        // Step 2: the address
        if (key is null)
            return RefuseUnknownAsync(context, access);
        if (!options.IsOpen && lockout.Delay(RemoteAddress.Of(context), key) is { } lockedFor)
            return RefuseForNowAsync(context, access, LockedOut, lockedFor);

        // Step 3: the rate
        if (rates.Delay(key) is { } delay)
            return RefuseForNowAsync(context, access, $"This key may ask {options.Limits.RequestsPerSecond} times a second", delay);

        // Nobody's path and wrong methods are told apart for everyone with a key.
        if (endpoint is not RouteEndpoint)
            return next(context);

        // Step 4: the role
        var required = endpoint.Metadata.GetMetadata<RequiredRole>() ?? RequiredRole.Unstated;
        if (key.Role < required.Role)
            throw context.LacksRole(required.Role);

        // Step 5: the index
        if (key.IsScoped)
            CheckAddress(context, key, required);
        return next(context);
    }

    private static void CheckAddress(HttpContext context, AccessKey key, RequiredRole required)
    {
        var target = context.Target().IndexName;
        var named = context.GetRouteValue("index_name") as string;
        if (target is not null && !key.Covers(target))
            throw context.NotCovered($"index {target}");
        if (named is not null && !key.Covers(named))
            throw context.NotCovered($"index {named}");
        if (target is null && named is null && !required.ChecksIndexes)
            throw context.NotCovered("what concerns all indexes");
    }

    private Task RefuseUnknownAsync(HttpContext context, RequestAccess access)
    {
        var address = RemoteAddress.Of(context);
        if (lockout.Fail(address, out var isNew) is not { } lockedFor)
            access.Refusal = new Refusal(
                WireError.Unauthenticated,
                isNew ? "wrong key, and too many: the address is shut out, or, being this machine's, not written down" : "wrong key");
        else if (!IPAddress.IsLoopback(address))
            return RetryLater.WriteAsync(context, LockedOut, lockedFor);

        // What is refused without a word of it here is not in the audit log, which guessing must not fill.
        return ErrorWriter.WriteAsync(context, WireError.Unauthenticated, "");
    }

    private static Task RefuseForNowAsync(HttpContext context, RequestAccess access, string message, TimeSpan delay)
    {
        access.Refusal = new Refusal(WireError.ResourceExhausted, message, IsSampled: true);
        return RetryLater.WriteAsync(context, message, delay);
    }
}
