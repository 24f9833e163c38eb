using VectorServer.Api.Addressing;
using VectorServer.Api.Auth;
using VectorServer.Api.Errors;
using VectorServer.Api.OpenApi;
using VectorServer.Api.Validation;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Data;
using VectorServer.Storage;

namespace VectorServer.Api.Endpoints;

/// <summary>Operations of our own on the files of an index.</summary>
internal static class MaintenanceEndpoints
{
    public static RouteGroupBuilder MapMaintenance(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/maintenance").RequireRole(KeyRole.Admin);
        group.MapPost("/compact", CompactAsync).Queries("namespace").Gives<EmptyAnswer>();
        group.MapPost("/flush", FlushAsync).Gives<EmptyAnswer>();
        group.MapPost("/advise", AdviseAsync).Takes<AdviseRequest>(optional: true).Gives<AdviceModel>();
        group.MapPost("/verify", VerifyAsync).Queries("namespace").Gives<IntegrityModel>();
        group.MapPost("/repair", RepairAsync).Queries("namespace").Gives<IntegrityModel>();
        return group;
    }

    /// <summary>Rewrites one namespace without its deleted rows; answers when their space is given back.</summary>
    private static async Task CompactAsync(HttpContext context)
    {
        var ns = NamespaceName.Parse(QueryParameters.Text(context.Request.Query, "namespace"));
        await Care(context).CompactAsync(ns, context.RequestAborted);
        await context.AnswerEmptyAsync();
    }

    /// <summary>Folds the logs of all namespaces into their data files, so that copying those takes everything.</summary>
    private static async Task FlushAsync(HttpContext context)
    {
        await Care(context).FlushAsync(context.RequestAborted);
        await context.AnswerEmptyAsync();
    }

    /// <summary>Compares the files of one namespace, or of all, with their checksums.</summary>
    private static async Task VerifyAsync(HttpContext context) =>
        await context.AnswerAsync(IntegrityModel.Of(await Care(context).VerifyAsync(NamespaceOrAll(context), context.RequestAborted)));

    /// <summary>Repairs what is damaged, and keeps the originals. Goes on although the client leaves: half a repair helps no one.</summary>
    private static async Task RepairAsync(HttpContext context) =>
        await context.AnswerAsync(IntegrityModel.Of(await Care(context).RepairAsync(NamespaceOrAll(context), CancellationToken.None)));

    private static IIndexCare Care(HttpContext context) => context.TargetIndex().Care
        ?? throw WireException.Invalid("The server's storage engine takes care of itself: there is nothing to do by hand");

    private static string? NamespaceOrAll(HttpContext context) =>
        context.Request.Query.ContainsKey("namespace") ? NamespaceName.Parse(QueryParameters.Text(context.Request.Query, "namespace")) : null;

    /// <summary>Measures every compression on a namespace's own vectors.</summary>
    private static async Task AdviseAsync(HttpContext context)
    {
        var request = await context.ReadBodyAsync(DataJson.Type<AdviseRequest>(), allowEmpty: true);
        var advice = await Care(context).AdviseAsync(NamespaceName.Parse(request.Namespace), request.ToOptions(), context.RequestAborted);
        await context.AnswerAsync(AdviceModel.Of(advice, NamespaceName.ToAnswer(request.Namespace, advice.Namespace)));
    }
}
