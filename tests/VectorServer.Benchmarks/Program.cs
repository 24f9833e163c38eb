using VectorServer.Benchmarks;
using VectorServer.Benchmarks.Kinds;
using VectorServer.Benchmarks.Peers;
using VectorServer.Storage;

// One bench per question; each prints markdown. Run with -c Release.
return args switch
{
    ["scan"] => ScanBench.Run(100_000, CompressionNames.Codes),
    ["scan", var rows] when int.TryParse(rows, out var count) && count > 0 => ScanBench.Run(count, CompressionNames.Codes),
    ["scan", var rows, .. var names] when int.TryParse(rows, out var count) && count > 0 =>
        ScanBench.Run(count, CompressionNames.Codes.Where(code => names.Contains(code.ToName()))),
    ["short"] => await ShortRowsBench.RunAsync(),
    ["recall", var directory] => RecallBench.Run(directory, CompressionNames.Codes),
    ["recall", var directory, var name] when CompressionNames.TryParse(name, out var code) && CompressionNames.Codes.Contains(code) =>
        RecallBench.Run(directory, [code]),
    ["ann", var directory] => AnnBench.Run(directory, IndexKind.Hnsw),
    ["ann", var directory, var name] when IndexKindNames.TryParse(name, out var kind) && kind is not (IndexKind.Auto or IndexKind.Flat) =>
        AnnBench.Run(directory, kind),
    ["kinds", .. var words] when KindsOptions.Parse(words) is { } options => await KindsBench.RunAsync(options),
    ["sparse"] => await SparseBench.RunAsync(100_000),
    ["sparse", var rows] when int.TryParse(rows, out var count) && count > 0 => await SparseBench.RunAsync(count),
    ["filter"] => await FilterBench.RunAsync(100_000),
    ["checksums"] => ChecksumBench.Run(),
    ["encode"] => EncodeBench.Run(),
    ["grpc"] or ["grpc", _, _] => await GrpcBench.RunAsync(args[1..]),
    ["load"] => await LoadBench.RunAsync(),
    ["requests", .. var servers] => await RequestBench.RunAsync(servers),
    ["open"] => await OpenBench.RunAsync(1_000_000, 32, null),
    ["open", var directory] => await OpenBench.RunAsync(1_000_000, 32, directory),
    ["open", var directory, var text] when int.TryParse(text, out var dimension) && dimension > 0 =>
        await OpenBench.RunAsync(1_000_000, dimension, directory),
    ["first"] => await FirstFilterBench.RunAsync(),
    ["namespaces"] => await NamespacesBench.RunAsync(10_000),
    ["namespaces", var text] when int.TryParse(text, out var count) && count > 0 => await NamespacesBench.RunAsync(count),
    ["http"] => await HttpBench.RunAsync(null),
    ["http", var directory] => await HttpBench.RunAsync(directory),
    ["grow", var directory, var rows, var target] when int.TryParse(rows, out var count) && count > 0 => GrownData.Make(directory, count, target),
    ["picture"] => PeersPicture.Run(PeerTools.Root),
    ["peers", var directory, .. var more] => await PeersBench.RunAsync(
        directory,
        more.Select(word => int.TryParse(word, out var rows) ? rows : (int?)null).FirstOrDefault(rows => rows is not null),
        write: more.Contains("--write"),
        httpOnly: more.Contains("--http")),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        usage: VectorServer.Benchmarks BENCH
          scan [ROWS [CODE...]]  exact scans, and those of each code or some, against reading the same memory; 100000 rows of 384 dimensions
          short             exact scans of 20000 rows of 1 to 96 dimensions, by both ways to score them, and in a whole query
          recall DIRECTORY [CODE]  recall@10 of each code, or one, on vectors.npy, queries.npy and cosine_top100.npy
          ann DIRECTORY [hnsw|ivf_flat|ivf_pq]  on the same files: build time, recall@10 and queries a second of an approximate index
          filter            filters: evaluation, queries and recall under them, memory; metadata of matches
          kinds [--beside DIR] [--real DIR] [--quick] [--million] [--only PART,...] [--rows N] [--topk K] [--index KIND] [--compression CODE] [--recall-only] [--part I/N] [--out FILE]
                            recall and time on all kinds of data, beside another build of the engine (the directory of its VectorServer.Storage.dll)
          sparse [ROWS]     sparse queries against a pass over all their inverted lists; 100000 records of 100 indices
          checksums         comparing raw vectors with their checksums, at the first read and later
          encode            encodes per second and core
          grpc [SERVER SERVER]  upserts and queries a second over gRPC and over REST, or over gRPC on two builds of the server, and what they cost
          load              durable upserts and loads a second into the engine, without HTTP
          requests [SERVER] what requests cost, on this server or on several builds of it (paths of VectorServer.Api.dll)
          open [DIRECTORY [DIMENSION]]  a start with 1000000 rows, of 32 dimensions: time to the first answer, memory; the directory is kept
          first             the first filtered query over HTTP after an unfiltered one opened the namespace, beside the median one; 100000 rows
          namespaces [COUNT]  first statistics after a start with 10000 namespaces, after a clean stop and after a kill
          http [DIRECTORY]  durable upserts and, on the same files as recall, queries a second over HTTP
          grow DIRECTORY ROWS TARGET  no bench: makes a larger set of the same shape from the same files, for ann
          peers DIRECTORY [ROWS] [--http] [--write]  the same files in this engine and in others, fetched for it: hnswlib, FAISS, usearch, zvec, LanceDB, Chroma
          picture           PEERS.md as docs/recall-speed.svg, which README shows
        """);
    return 2;
}
