using VectorServer.Api.Addressing;
using VectorServer.Api.Auth;
using VectorServer.Api.Validation;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Endpoints;

/// <summary>Operations of our own on the files of an index.</summary>
internal static class MaintenanceEndpoints
{
    public static RouteGroupBuilder MapMaintenance(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/maintenance").RequireRole(KeyRole.Admin);
        group.MapPost("/compact", CompactAsync);
        group.MapPost("/flush", FlushAsync);
        group.MapPost("/advise", AdviseAsync);
        return group;
    }

    /// <summary>Rewrites one namespace without its deleted rows; answers when their space is given back.</summary>
    private static async Task CompactAsync(HttpContext context)
    {
        var ns = NamespaceName.Parse(QueryParameters.Text(context.Request.Query, "namespace"));
        await context.TargetIndex().CompactAsync(ns, context.RequestAborted);
        await context.AnswerEmptyAsync();
    }

    /// <summary>Folds the logs of all namespaces into their data files, so that copying those takes everything.</summary>
    private static async Task FlushAsync(HttpContext context)
    {
        await context.TargetIndex().FlushAsync(context.RequestAborted);
        await context.AnswerEmptyAsync();
    }

    /// <summary>Measures every compression on a namespace's own vectors.</summary>
    private static async Task AdviseAsync(HttpContext context)
    {
        var request = await context.ReadBodyAsync(DataJson.Type<AdviseRequest>(), allowEmpty: true);
        var advice = await context.TargetIndex().AdviseAsync(NamespaceName.Parse(request.Namespace), request.ToOptions(), context.RequestAborted);
        await context.AnswerAsync(AdviceModel.Of(advice, NamespaceName.ToAnswer(request.Namespace, advice.Namespace)));
    }
}
