using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using VectorServer.Api.Endpoints;
using VectorServer.Api.OpenApi;
using YamlDotNet.RepresentationModel;

namespace VectorServer.Api.Tests.Contract;

/// <summary>openapi.yaml, as it is served, says what the routing table does.</summary>
public sealed class OpenApiTests
{
    private const string ContractPath = "/openapi.yaml";

    private static readonly HashSet<string> Methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

    [Fact]
    public async Task The_contract_and_the_routing_table_have_the_same_operations()
    {
        await using var server = TestServer.Start();
        var contract = await ReadAsync(server);

        var described = Operations(contract).Select(operation => operation.Name).Order(StringComparer.Ordinal);
        var routed = Routes(server).Order(StringComparer.Ordinal);

        Assert.Equal(routed, described);
    }

    [Fact]
    public async Task Every_reference_of_the_contract_leads_somewhere()
    {
        await using var server = TestServer.Start();
        var contract = await ReadAsync(server);

        var references = contract.AllNodes.OfType<YamlMappingNode>()
            .Select(node => node.Children.TryGetValue("$ref", out var target) ? ((YamlScalarNode)target).Value! : null)
            .OfType<string>()
            .Distinct()
            .ToList();

        Assert.NotEmpty(references);
        Assert.All(references, reference => Assert.NotNull(Resolve(contract, reference)));
    }

    [Fact]
    public async Task Every_component_of_the_contract_is_used()
    {
        await using var server = TestServer.Start();
        var contract = await ReadAsync(server);
        var text = (await server.GetAsync(ContractPath)).Body;

        var components = Children(Child(contract, "components"))
            .Where(kind => kind.Name != "securitySchemes")
            .SelectMany(kind => Children(kind.Node).Select(component => $"'#/components/{kind.Name}/{component.Name}'"));

        Assert.All(components, component => Assert.Contains(component, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_operation_of_the_contract_has_a_name_of_its_own_and_says_how_it_succeeds()
    {
        await using var server = TestServer.Start();
        var operations = Operations(await ReadAsync(server)).ToList();

        Assert.Distinct(operations.Select(operation => ((YamlScalarNode)Child(operation.Node, "operationId")).Value));
        Assert.All(operations, operation =>
            Assert.Contains(Children(Child(operation.Node, "responses")), response => response.Name.StartsWith('2')));
    }

    private static async Task<YamlMappingNode> ReadAsync(TestServer server)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader((await server.GetAsync(ContractPath)).Body));
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }

    private static IEnumerable<(string Name, YamlNode Node)> Operations(YamlMappingNode contract) =>
        from path in Children(Child(contract, "paths"))
        from operation in Children(path.Node)
        where Methods.Contains(operation.Name)
        select ($"{operation.Name.ToUpperInvariant()} {path.Name}", operation.Node);

    /// <summary>What is offered; the contract's own address, gRPC's methods and what only answers 501 are not.</summary>
    private static IEnumerable<string> Routes(TestServer server) =>
        from endpoint in server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        let path = "/" + endpoint.RoutePattern.RawText!.Trim('/')
        where endpoint.Metadata.GetMetadata<UnofferedOperation>() is null && endpoint.Metadata.GetMetadata<GrpcMethodMetadata>() is null
        where path is not (ContractPath or FrameworkContract.Path)
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
        select $"{method} {path}";

    private static YamlNode? Resolve(YamlNode contract, string reference)
    {
        Assert.StartsWith("#/", reference, StringComparison.Ordinal);
        return reference[2..].Split('/').Aggregate<string, YamlNode?>(
            contract, (node, name) => node is YamlMappingNode mapping && mapping.Children.TryGetValue(name, out var child) ? child : null);
    }

    private static IEnumerable<(string Name, YamlNode Node)> Children(YamlNode node) =>
        ((YamlMappingNode)node).Children.Select(child => (((YamlScalarNode)child.Key).Value!, child.Value));

    private static YamlNode Child(YamlNode node, string name) => ((YamlMappingNode)node).Children[name];
}
