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
        await context.AnswerAsync(context.CreateAlias(await context.ReadBodyAsync(DataJson.Type<CreateNamespaceAliasRequest>())));

    private static Task ListAsync(HttpContext context) =>
        context.AnswerAsync(context.ListAliases(AliasValidator.ReadList(context.Request.Query)));

    private static Task DescribeAsync(HttpContext context) =>
        context.AnswerAsync(context.DescribeAlias(NamespaceName.OfPath(context, NameParameter)));

    private static async Task RepointAsync(HttpContext context)
    {
        var request = await context.ReadBodyAsync(DataJson.Type<RepointNamespaceAliasRequest>());
        await context.AnswerAsync(context.RepointAlias(NamespaceName.OfPath(context, NameParameter), request));
    }

    private static Task DeleteAsync(HttpContext context)
    {
        context.DeleteAlias(NamespaceName.OfPath(context, NameParameter));
        return context.AnswerEmptyAsync();
    }
}
