namespace VectorServer.Sdk.Tests;

/// <summary>The official TypeScript SDK, unmodified, against the running server: majors 3 (API 2024-07) to 9 (API 2026-07).</summary>
public sealed class SdkScenarioTests(SdkServer server) : IClassFixture<SdkServer>
{
    [Theory]
    [InlineData(3, "2024-07"), InlineData(4, "2024-10"), InlineData(5, "2025-01"), InlineData(6, "2025-04")]
    [InlineData(7, "2025-10"), InlineData(8, "2026-04"), InlineData(9, "2026-07")]
    public async Task Every_request_names_the_version_of_the_major(int major, string version)
    {
        // The scenario stands between the SDK and the server, and prints the version of each request.
        var lines = (await RunAsync("versions", major)).Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal([$"control {version}", $"data {version}"], lines);
    }

    [Theory]
    [InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(8), InlineData(9)]
    public Task An_index_is_created_described_listed_configured_and_deleted(int major) => RunAsync("index-lifecycle", major);

    [Theory]
    [InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(8), InlineData(9)]
    public Task Index_errors_arrive_as_the_error_classes_of_the_sdk(int major) => RunAsync("index-errors", major);

    [Theory]
    [InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(8), InlineData(9)]
    public Task A_protected_index_is_not_deleted(int major) => RunAsync("deletion-protection", major);

    [Theory]
    [InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(8), InlineData(9)]
    public Task A_wrong_key_is_refused_on_both_planes(int major) => RunAsync("authentication", major);

    [Theory]
    [InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(8), InlineData(9)]
    public Task Records_are_written_read_changed_and_deleted(int major) => RunAsync("records", major);

    [Theory]
    [InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(8), InlineData(9)]
    public Task Queries_find_the_nearest_records_under_a_filter(int major) => RunAsync("queries", major);

    [Theory]
    [InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(8), InlineData(9)]
    public Task Each_metric_scores_and_orders_in_its_own_way(int major) => RunAsync("metrics", major);

    [Theory]
    [InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(8), InlineData(9)]
    public Task Ids_are_listed_page_by_page_and_counted(int major) => RunAsync("listing", major);

    [Theory]
    [InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(8), InlineData(9)]
    public Task Sparse_and_hybrid_values_are_stored_and_searched(int major) => RunAsync("sparse", major);

    [Theory]
    [InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(8), InlineData(9)]
    public Task Namespaces_keep_records_apart(int major) => RunAsync("namespaces", major);

    [Theory]
    [InlineData(6), InlineData(7), InlineData(8), InlineData(9)]
    public Task An_index_is_backed_up_and_made_again_from_the_backup(int major) => RunAsync("backups", major);

    [Theory]
    [InlineData(7), InlineData(8), InlineData(9)]
    public Task Records_are_fetched_and_updated_by_metadata(int major) => RunAsync("metadata", major);

    [Theory]
    [InlineData(9)]
    public Task An_index_is_created_by_its_schema(int major) => RunAsync("schema", major);

    [Theory]
    [InlineData(9)]
    public Task A_stock_grpc_client_reads_and_writes_what_REST_does(int major) => RunAsync("grpc", major);

    [Theory]
    [InlineData(9)]
    public Task Aliases_made_by_a_stock_grpc_client_lead_the_sdk_to_their_targets(int major) => RunAsync("grpc-aliases", major);

    private Task<string> RunAsync(string scenario, int major) => Scenario.RunAsync(scenario, major, server.Url);
}
