using VectorServer.Api.Addressing;
using VectorServer.Api.Auth;
using VectorServer.Api.OpenApi;
using VectorServer.Api.Operations;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Endpoints;

/// <summary>The statistics of an index.</summary>
internal static class StatsEndpoints
{
    public static RouteGroupBuilder MapStats(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/describe_index_stats").RequireRole(KeyRole.Read);
        group.MapPost("", PostAsync).Takes<DescribeIndexStatsRequest>(optional: true).TakesExtensions().Gives<IndexDescription>();
        group.MapGet("", GetAsync).TakesExtensions().Gives<IndexDescription>();
        return group;
    }

    private static async Task PostAsync(HttpContext context) =>
        await DescribeAsync(context, await context.ReadBodyAsync(DataJson.Type<DescribeIndexStatsRequest>(), allowEmpty: true));

    private static Task GetAsync(HttpContext context) => DescribeAsync(context, new DescribeIndexStatsRequest());

    private static async Task DescribeAsync(HttpContext context, DescribeIndexStatsRequest request)
    {
        var storage = context.AsksFor(Extensions.Storage) ? await context.StorageAsync(request) : null;
        var stats = storage?.Stats ?? await context.StatsAsync(request);
        await context.AnswerAsync(stats.ToDescription(context.TargetIndex().Descriptor, context.Target().ApiVersion, storage));
    }
}
