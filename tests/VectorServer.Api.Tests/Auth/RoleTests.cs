using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using VectorServer.Api.Auth;
using VectorServer.Api.Endpoints;

namespace VectorServer.Api.Tests.Auth;

public sealed class RoleTests
{
    // Everything else takes an administrator.
    private static readonly string[] ReadRoutes =
    [
        "GET /indexes", "GET /indexes/{index_name}", "GET /info", "GET /metrics",
        "POST /query", "POST /query_many", "GET /vectors/fetch", "POST /vectors/fetch_by_metadata", "GET /vectors/list", "POST /vectors/count",
        "GET /describe_index_stats", "POST /describe_index_stats", "GET /namespaces", "GET /namespaces/{namespace}",
        "GET /namespace-aliases", "GET /namespace-aliases/{alias_name}",
        "GET /bulk/imports", "GET /bulk/imports/{id}", "GET /bulk/exports", "GET /bulk/exports/{id}",
        "POST /VectorService/Fetch", "POST /VectorService/FetchByMetadata", "POST /VectorService/List", "POST /VectorService/Query",
        "POST /VectorService/DescribeIndexStats", "POST /VectorService/ListNamespaces", "POST /VectorService/DescribeNamespace",
        "POST /NamespaceAliasService/ListNamespaceAliases", "POST /NamespaceAliasService/DescribeNamespaceAlias",
    ];

    private static readonly string[] WriteRoutes =
    [
        "POST /vectors/upsert", "POST /vectors/update", "POST /vectors/delete", "DELETE /vectors/delete",
        "POST /namespaces", "DELETE /namespaces/{namespace}",
        "POST /namespace-aliases", "PATCH /namespace-aliases/{alias_name}", "DELETE /namespace-aliases/{alias_name}",
        "POST /bulk/imports", "DELETE /bulk/imports/{id}", "POST /bulk/exports", "DELETE /bulk/exports/{id}",
        "POST /VectorService/Upsert", "POST /VectorService/Delete", "POST /VectorService/Update",
        "POST /VectorService/CreateNamespace", "POST /VectorService/DeleteNamespace",
        "POST /NamespaceAliasService/CreateNamespaceAlias", "POST /NamespaceAliasService/RepointNamespaceAlias",
        "POST /NamespaceAliasService/DeleteNamespaceAlias",
    ];

    private static readonly string[] PublicRoutes =
    [
        "GET /healthz", "GET /livez", "GET /readyz", "GET /openapi.yaml", "GET /openapi/v1.json",
        "POST /grpc.health.v1.Health/Check", "POST /grpc.health.v1.Health/Watch",
        "POST /grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "POST /grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    ];

    [Fact]
    public async Task Every_route_takes_the_role_it_should_and_an_administrator_unless_said_otherwise()
    {
        await using var server = TestServer.Start();
        var routes = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<UnofferedOperation>() is null)
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
                .Select(method => (Name: $"{method} /{endpoint.RoutePattern.RawText!.Trim('/')}", Role: RoleOf(endpoint))))
            .ToList();

        Assert.Equal(PublicRoutes.Order(StringComparer.Ordinal), NamesOf(null));
        Assert.Equal(ReadRoutes.Order(StringComparer.Ordinal), NamesOf(KeyRole.Read));
        Assert.Equal(WriteRoutes.Order(StringComparer.Ordinal), NamesOf(KeyRole.Write));
        Assert.Contains("DELETE /indexes/{index_name}", NamesOf(KeyRole.Admin));

        IEnumerable<string> NamesOf(KeyRole? role) => routes.Where(route => route.Role == role).Select(route => route.Name).Order(StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("reader", 200, 403, 403)]
    [InlineData("writer", 200, 200, 403)]
    [InlineData("boss", 200, 200, 202)]
    public async Task A_key_does_what_its_role_allows_and_no_more(string key, int query, int upsert, int delete)
    {
        await using var server = KeyedServer.Start();
        await server.CreateIndexAsync("things");

        Assert.Equal(query, (await server.PostAsync(key, "/indexes/things/query", """{"vector": [1, 0], "topK": 1}""")).Status);
        Assert.Equal(upsert, (await server.PostAsync(key, "/indexes/things/vectors/upsert", """{"vectors": [{"id": "a", "values": [1, 0]}]}""")).Status);
        Assert.Equal(delete, (await server.SendAsync(key, HttpMethod.Delete, "/indexes/things")).Status);
    }

    [Theory]
    [InlineData("2025-04")]
    [InlineData("2026-07")]
    public async Task A_refusal_names_the_role_in_the_shape_of_its_plane_and_not_the_key(string version)
    {
        await using var server = KeyedServer.Start();

        var control = await server.SendAsync("writer", HttpMethod.Delete, "/indexes/things", version: version);
        var data = await server.PostAsync("reader", "/indexes/things/vectors/upsert", "{}", version);

        Assert.Equal((403, "PERMISSION_DENIED"), (control.Status, control.Json.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal("This operation needs a key of the role admin", control.Json.GetProperty("error").GetProperty("message").GetString());
        Assert.Equal((403, 7), (data.Status, data.Json.GetProperty("code").GetInt32()));
        Assert.Equal("This operation needs a key of the role write", data.Json.GetProperty("message").GetString());
        Assert.Equal("KEY_LACKS_ROLE", data.Json.GetProperty("details")[0].GetProperty("reason").GetString());
        Assert.DoesNotContain("writer", control.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("reader", data.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_path_and_a_wrong_method_are_told_from_a_lack_of_rights()
    {
        await using var server = KeyedServer.Start();

        Assert.Equal(404, (await server.GetAsync("reader", "/nowhere")).Status);
        Assert.Equal(405, (await server.SendAsync("reader", HttpMethod.Put, "/indexes", "{}")).Status);
        Assert.Equal(401, (await server.GetAsync("nobody", "/nowhere")).Status);
    }

    private static KeyRole? RoleOf(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<PublicEndpoint>() is not null
        ? null
        : (endpoint.Metadata.GetMetadata<RequiredRole>() ?? RequiredRole.Unstated).Role;
}
