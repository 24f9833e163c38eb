using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;

namespace VectorServer.Api.OpenApi;

/// <summary>
/// Tells of an endpoint what the framework cannot see in its handler, which reads bodies and query strings itself: for
/// <c>/openapi/v1.json</c>. What is told decides nothing about requests. An endpoint that tells no answer is not described.
/// </summary>
internal static class EndpointDescription
{
    private static readonly MethodInfo AnyHandler =
        typeof(EndpointDescription).GetMethod(nameof(Handle), BindingFlags.Static | BindingFlags.NonPublic)!;

    /// <summary>Takes a JSON body.</summary>
    // Without content types in it: with them, routing would refuse other ones, in words of its own.
    public static IEndpointConventionBuilder Takes<T>(this IEndpointConventionBuilder endpoint, bool optional = false) =>
        endpoint.WithMetadata(new AcceptsMetadata([], typeof(T), optional));

    /// <summary>Takes a JSON body of the one type up to 2026-04, of the other from 2026-07 on.</summary>
    public static IEndpointConventionBuilder Takes<TClassic, TSchema>(this IEndpointConventionBuilder endpoint) =>
        endpoint.Takes<TClassic>().WithMetadata(new SchemaFamilyBody(null, typeof(TSchema)));

    /// <summary>Takes parameters of the query string.</summary>
    public static IEndpointConventionBuilder Queries(this IEndpointConventionBuilder endpoint, params ReadOnlySpan<string> names) =>
        endpoint.WithMetadata([.. names.ToArray().Select(name => new TakenParameter(name, "query", TypeOf(name), IsRequired: false))]);

    /// <summary>Takes ids in the query string, one parameter each, and needs at least one.</summary>
    public static IEndpointConventionBuilder NeedsIds(this IEndpointConventionBuilder endpoint) =>
        endpoint.WithMetadata(new TakenParameter("ids", "query", typeof(string[]), IsRequired: true));

    /// <summary>Answers page by page.</summary>
    public static IEndpointConventionBuilder Pages(this IEndpointConventionBuilder endpoint) =>
        endpoint.Queries("limit", "paginationToken");

    /// <summary>Takes the header that asks for extensions of the answer.</summary>
    public static IEndpointConventionBuilder TakesExtensions(this IEndpointConventionBuilder endpoint) =>
        endpoint.WithMetadata(new TakenParameter(Wire.Extensions.Header, "header", typeof(string), IsRequired: false));

    /// <summary>Answers the same whatever version of the wire is asked for.</summary>
    public static IEndpointConventionBuilder KnowsNoVersion(this IEndpointConventionBuilder endpoint) => endpoint.WithMetadata(VersionlessEndpoint.Instance);

    /// <summary>Answers with a JSON body, or <paramref name="contentType"/>.</summary>
    public static IEndpointConventionBuilder Gives<T>(
        this IEndpointConventionBuilder endpoint, int status = StatusCodes.Status200OK, string contentType = "application/json") =>
        endpoint.Described(new ProducesResponseTypeMetadata(status, typeof(T), [contentType]));

    /// <summary>Answers with a JSON body of the one type up to 2026-04, of the other from 2026-07 on; the status may change too.</summary>
    public static IEndpointConventionBuilder Gives<TClassic, TSchema>(
        this IEndpointConventionBuilder endpoint, int status, int? schemaStatus = null) =>
        schemaStatus is { } other
            ? endpoint.Gives<TClassic>(status).Gives<TSchema>(other)
            : endpoint.Gives<TClassic>(status).WithMetadata(new SchemaFamilyBody(status, typeof(TSchema)));

    /// <summary>Answers without a body.</summary>
    public static IEndpointConventionBuilder GivesNothing(this IEndpointConventionBuilder endpoint, int status) =>
        endpoint.Described(new ProducesResponseTypeMetadata(status, typeof(void)));

    // The framework describes endpoints by the method behind them, of which it knows only those that are no plain request delegates.
    private static IEndpointConventionBuilder Described(this IEndpointConventionBuilder endpoint, ProducesResponseTypeMetadata answer)
    {
        endpoint.Add(builder =>
        {
            builder.Metadata.Add(answer);
            if (!builder.Metadata.OfType<MethodInfo>().Any())
                builder.Metadata.Add(AnyHandler);
        });
        return endpoint;
    }

    private static Type TypeOf(string name) => name switch
    {
        "limit" => typeof(int),
        "ids" => typeof(string[]),
        "deleteAll" or "include_deleted" => typeof(bool),
        _ => typeof(string),
    };

    private static void Handle()
    {
    }
}

/// <summary>A parameter that an endpoint's handler reads itself.</summary>
internal sealed record TakenParameter(string Name, string In, Type Type, bool IsRequired);

/// <summary>The body of a request, or of an answer of one status, from 2026-07 on.</summary>
/// <param name="Status">Null for the request's.</param>
/// <param name="Type">A type of the wire.</param>
internal sealed record SchemaFamilyBody(int? Status, Type Type);

/// <summary>Marks an endpoint that is the server's own, none of the wire.</summary>
internal sealed class VersionlessEndpoint
{
    public static readonly VersionlessEndpoint Instance = new();
}
