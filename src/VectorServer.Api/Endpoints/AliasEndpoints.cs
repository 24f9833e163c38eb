using VectorServer.Api.Auth;
using VectorServer.Api.OpenApi;
using VectorServer.Api.Operations;
using VectorServer.Api.Validation;
using VectorServer.Api.Wire;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Endpoints;

/// <summary>The operations on namespace aliases.</summary>
internal static class AliasEndpoints
{
    private const string NameParameter = "alias_name";

    public static RouteGroupBuilder MapAliases(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/namespace-aliases").RequireRole(KeyRole.Read);
        group.MapPost("", CreateAsync).RequireRole(KeyRole.Write).Takes<CreateNamespaceAliasRequest>().Gives<NamespaceAliasDescription>();
        group.MapGet("", ListAsync).Queries("prefix", "target_namespace").Pages().Gives<ListNamespaceAliasesResponse>();
        group.MapGet("/{alias_name}", DescribeAsync).Gives<NamespaceAliasDescription>();
        group.MapPatch("/{alias_name}", RepointAsync).RequireRole(KeyRole.Write)
            .Takes<RepointNamespaceAliasRequest>().Gives<NamespaceAliasDescription>();
        group.MapDelete("/{alias_name}", DeleteAsync).RequireRole(KeyRole.Write).Gives<EmptyAnswer>();
        return group;
    }

    private static async Task CreateAsync(HttpContext context) =>
        await context.AnswerAsync(await context.CreateAliasAsync(await context.ReadBodyAsync(DataJson.Type<CreateNamespaceAliasRequest>())));

    private static async Task ListAsync(HttpContext context) =>
        await context.AnswerAsync(await context.ListAliasesAsync(AliasValidator.ReadList(context.Request.Query)));

    private static async Task DescribeAsync(HttpContext context) =>
        await context.AnswerAsync(await context.DescribeAliasAsync(NamespaceName.OfPath(context, NameParameter)));

    private static async Task RepointAsync(HttpContext context)
    {
        var request = await context.ReadBodyAsync(DataJson.Type<RepointNamespaceAliasRequest>());
        await context.AnswerAsync(await context.RepointAliasAsync(NamespaceName.OfPath(context, NameParameter), request));
    }

    private static async Task DeleteAsync(HttpContext context)
    {
        await context.DeleteAliasAsync(NamespaceName.OfPath(context, NameParameter));
        await context.AnswerEmptyAsync();
    }
}
