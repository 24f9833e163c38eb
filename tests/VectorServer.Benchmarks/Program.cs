using VectorServer.Benchmarks;
using VectorServer.Storage.Ann;
using VectorServer.Storage.Codecs;

// One bench per question; each prints markdown. Run with -c Release.
return args switch
{
    ["scan"] => ScanBench.Run(100_000),
    ["scan", var rows] when int.TryParse(rows, out var count) && count > 0 => ScanBench.Run(count),
    ["recall", var directory] => RecallBench.Run(directory, CompressionNames.Codes),
    ["recall", var directory, var name] when CompressionNames.TryParse(name, out var code) && CompressionNames.Codes.Contains(code) =>
        RecallBench.Run(directory, [code]),
    ["ann", var directory] => AnnBench.Run(directory, IndexKind.Hnsw),
    ["ann", var directory, var name] when IndexKindNames.TryParse(name, out var kind) && kind is not (IndexKind.Auto or IndexKind.Flat) =>
        AnnBench.Run(directory, kind),
    ["filter"] => await FilterBench.RunAsync(100_000),
    ["encode"] => EncodeBench.Run(),
    ["grpc"] => await GrpcBench.RunAsync(),
    ["load"] => await LoadBench.RunAsync(),
    ["requests", .. var servers] => await RequestBench.RunAsync(servers),
    ["open"] => await OpenBench.RunAsync(1_000_000, 32, null),
    ["open", var directory] => await OpenBench.RunAsync(1_000_000, 32, directory),
    ["open", var directory, var text] when int.TryParse(text, out var dimension) && dimension > 0 =>
        await OpenBench.RunAsync(1_000_000, dimension, directory),
    ["http"] => await HttpBench.RunAsync(null),
    ["http", var directory] => await HttpBench.RunAsync(directory),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        usage: VectorServer.Benchmarks BENCH
          scan [ROWS]       exact and spectral scans against reading the same memory; 100000 rows of 384 dimensions
          recall DIRECTORY [CODE]  recall@10 of each code, or one, on vectors.npy, queries.npy and cosine_top100.npy
          ann DIRECTORY [hnsw|ivf_flat|ivf_pq]  on the same files: build time, recall@10 and queries a second of an approximate index
          filter            filters: evaluation, queries and recall under them, memory; metadata of matches
          encode            encodes per second and core
          grpc              upserts and queries a second over gRPC and over REST, and what they cost the server
          load              durable upserts and loads a second into the engine, without HTTP
          requests [SERVER] what requests cost, on this server or on several builds of it (paths of VectorServer.Api.dll)
          open [DIRECTORY [DIMENSION]]  a start with 1000000 rows, of 32 dimensions: time to the first answer, memory; the directory is kept
          http [DIRECTORY]  durable upserts and, on the same files as recall, queries a second over HTTP
        """);
    return 2;
}
