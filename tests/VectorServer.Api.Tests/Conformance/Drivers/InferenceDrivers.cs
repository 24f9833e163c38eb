namespace VectorServer.Api.Tests.Conformance.Drivers;

internal static class InferenceDrivers
{
    public static Dictionary<string, Func<Probe, Task>> All { get; } = new()
    {
        ["embed"] = EmbedAsync,
        ["rerank"] = RerankAsync,
        ["list_models"] = ListModelsAsync,
        ["get_model"] = GetModelAsync,
    };

    private static async Task EmbedAsync(Probe probe)
    {
        await probe.SucceedAsync(
            """{"model": "multilingual-e5-large", "parameters": {"input_type": "passage", "truncate": "END"}, "inputs": [{"text": "apples"}, {"text": "trains"}]}""",
            expect: ["data.1.values.0", "usage.total_tokens"]);
        await probe.RefuseAsync(400, """{"model": "multilingual-e5-large"}""");
    }

    private static async Task RerankAsync(Probe probe)
    {
        await probe.SucceedAsync(
            """{"model": "bge-reranker-v2-m3", "query": "fruit", "documents": [{"text": "apples"}, {"text": "trains"}], "top_n": 1}""",
            expect: ["data.0.document.text", "usage.rerank_units"]);
        await probe.RefuseAsync(400, """{"model": "bge-reranker-v2-m3", "query": "fruit"}""");
    }

    private static async Task ListModelsAsync(Probe probe) => await probe.SucceedAsync(query: "?type=embed", expect: "models.0.model");

    private static async Task GetModelAsync(Probe probe)
    {
        await probe.SucceedAsync(value: "multilingual-e5-large");
        await probe.RefuseAsync(404, value: "missing");
    }
}
