namespace VectorServer.Api.Tests.Conformance.Drivers;

internal static class IndexDrivers
{
    public static Dictionary<string, Func<Probe, Task>> All { get; } = new()
    {
        ["list_indexes"] = ListAsync,
        ["create_index"] = CreateAsync,
        ["describe_index"] = DescribeAsync,
        ["delete_index"] = DeleteAsync,
        ["configure_index"] = ConfigureAsync,
        ["create_index_for_model"] = CreateForModelAsync,
    };

    private static async Task ListAsync(Probe probe)
    {
        var name = await probe.World.CreateIndexAsync();
        await probe.World.CreatePodIndexAsync();
        var list = await probe.SucceedAsync(expect: "indexes.0.host");
        probe.Require(list.GetProperty("indexes").EnumerateArray().Any(index => index.GetProperty("name").GetString() == name), $"{name} is not listed");
    }

    private static async Task CreateAsync(Probe probe)
    {
        var name = probe.World.NewName();
        var created = await probe.SucceedAsync(probe.World.DenseIndex(name), expect: ["host", "deletion_protection", "status.ready"]);
        probe.Require(created.GetProperty("name").GetString() == name, "the name is another");
        await probe.SucceedAsync(Sparse(probe));
        if (!probe.World.Specification.IsSchemaFamily)
            await probe.SucceedAsync(Pod(probe), expect: ["dimension", "spec.pod.replicas"]);
        if (probe.World.Specification.IsSchemaFamily)
            await probe.RefuseAsync(422, """{"name": "x", "dimension": 2, "spec": {} }""");
        else
            await probe.RefuseAsync(422, """{"name": "x", "dimension": 2}""");

        await probe.RefuseAsync(400, probe.World.DenseIndex("Not_a_name"));
        await probe.RefuseAsync(404, probe.World.DenseIndex("x").Replace("us-east-1", "nowhere", StringComparison.Ordinal));
        await probe.RefuseAsync(409, probe.World.DenseIndex(name));
    }

    private static async Task DescribeAsync(Probe probe)
    {
        var name = await probe.World.CreateIndexAsync();
        await probe.SucceedAsync(value: name, expect: ["host", "deletion_protection"]);
        await probe.SucceedAsync(value: await probe.World.CreatePodIndexAsync());
        await probe.RefuseAsync(404, value: "missing");
    }

    private static async Task DeleteAsync(Probe probe)
    {
        await probe.SucceedAsync(value: await probe.World.CreateIndexAsync());
        await probe.RefuseAsync(404, value: "missing");
        await probe.RefuseAsync(403, value: await probe.World.CreateIndexAsync(protection: "enabled"));
    }

    private static async Task ConfigureAsync(Probe probe)
    {
        var name = await probe.World.CreateIndexAsync();
        var changed = await probe.SucceedAsync("""{"deletion_protection": "enabled", "tags": {"team": "search"} }""", name, expect: "tags.team");
        probe.Require(changed.GetProperty("deletion_protection").GetString() == "enabled", "the change is not shown");

        // The tag is removed by an empty value.
        changed = await probe.SucceedAsync("""{"tags": {"team": ""} }""", name);
        probe.Require(Probe.Find(changed, "tags.team") is null, "the tag is still there");
        await probe.SucceedAsync(
            probe.World.Specification.IsSchemaFamily ? """{"deployment": {"replicas": 2} }""" : """{"spec": {"pod": {"replicas": 2} } }""",
            await probe.World.CreatePodIndexAsync());

        await probe.RefuseAsync(400, """{"deletion_protection": "maybe"}""", name);
        await probe.RefuseAsync(404, "{}", "missing");
        await probe.RefuseAsync(422, """{"deletion_protection": 7}""", name);
    }

    private static async Task CreateForModelAsync(Probe probe)
    {
        var name = probe.World.NewName();
        await probe.SucceedAsync(World.TextIndex(name), expect: probe.World.Specification.IsSchemaFamily ? "schema.fields.text.model" : "embed.model");
        await probe.RefuseAsync(409, World.TextIndex(name));
        await probe.RefuseAsync(422, """{"name": "x", "cloud": "aws", "region": "us-east-1"}""");
    }

    private static string Sparse(Probe probe) => probe.World.Specification.IsSchemaFamily
        ? $$"""{"name": "{{probe.World.NewName()}}", "schema": {"fields": {"_sparse_values": {"type": "sparse_vector"} } } }"""
        : $$"""
            {"name": "{{probe.World.NewName()}}", "vector_type": "sparse", "metric": "dotproduct",
             "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"} } }
            """;

    private static string Pod(Probe probe) => $$"""
        {"name": "{{probe.World.NewName()}}", "dimension": 2, "metric": "euclidean",
         "spec": {"pod": {"environment": "us-east1-gcp", "pod_type": "p1.x1"} } }
        """;
}
