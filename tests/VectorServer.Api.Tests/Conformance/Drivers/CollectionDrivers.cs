namespace VectorServer.Api.Tests.Conformance.Drivers;

internal static class CollectionDrivers
{
    public static Dictionary<string, Func<Probe, Task>> All { get; } = new()
    {
        ["list_collections"] = ListAsync,
        ["create_collection"] = CreateAsync,
        ["describe_collection"] = DescribeAsync,
        ["delete_collection"] = DeleteAsync,
    };

    private static async Task ListAsync(Probe probe)
    {
        var name = await CreateReadyAsync(probe.World);
        var list = await probe.SucceedAsync(expect: "collections.0.name");
        probe.Require(list.GetProperty("collections").EnumerateArray().Any(shown => shown.GetProperty("name").GetString() == name), $"{name} is not listed");
    }

    private static async Task CreateAsync(Probe probe)
    {
        var name = probe.World.NewName();
        var pod = await FilledPodAsync(probe.World);
        await probe.SucceedAsync(Collection(name, pod));
        await probe.World.UntilAsync($"/collections/{name}", "Ready");

        await probe.RefuseAsync(400, Collection(probe.World.NewName(), await probe.World.CreateIndexAsync()));
        await probe.RefuseAsync(409, Collection(name, pod));
        await probe.RefuseAsync(422, $$"""{"name": "{{probe.World.NewName()}}"}""");
    }

    private static async Task DescribeAsync(Probe probe)
    {
        var name = await CreateReadyAsync(probe.World);
        var shown = await probe.SucceedAsync(value: name, expect: ["size", "dimension", "vector_count"]);
        probe.Require(shown.GetProperty("vector_count").GetInt32() == 2, "the collection does not hold two vectors");
        await probe.RefuseAsync(404, value: "missing");
    }

    private static async Task DeleteAsync(Probe probe)
    {
        await probe.SucceedAsync(value: await CreateReadyAsync(probe.World));
        await probe.RefuseAsync(404, value: "missing");
    }

    private static async Task<string> CreateReadyAsync(World world)
    {
        var name = world.NewName();
        await world.ArrangeAsync("POST", "/collections", Collection(name, await FilledPodAsync(world)));
        await world.UntilAsync($"/collections/{name}", "Ready");
        return name;
    }

    private static async Task<string> FilledPodAsync(World world)
    {
        var pod = await world.CreatePodIndexAsync();
        await world.UpsertAsync(pod);
        return pod;
    }

    private static string Collection(string name, string source) => $$"""{"name": "{{name}}", "source": "{{source}}"}""";
}
