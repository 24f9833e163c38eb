using System.Globalization;
using System.Text.Json;
using VectorServer.Storage;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Scoring;

namespace VectorServer.Benchmarks;

/// <summary>An index of clustered vectors whose metadata has the usual kinds of fields, in a directory that goes with it.</summary>
internal sealed class FilterData : IAsyncDisposable
{
    public const int Dimension = 384;
    private const int Clusters = 1_000;
    private const int BatchRows = 1_000;
    private const float Noise = 0.6f; // of a vector's length; cosines within a cluster are about 0.7, as among neighbours of learned embeddings

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("vectorserver-bench-");
    private readonly VectorEngine _engine;

    private FilterData(int rows)
    {
        _engine = VectorEngine.Open(new EngineOptions { DataDirectory = _directory.FullName, Durability = Durability.Os });
        Index = _engine.CreateIndex(new IndexDescriptor { Name = "bench", Dimension = Dimension, Metric = Metric.Cosine, Compression = Compression.Auto });
        Vectors = new float[rows * Dimension];
        Rows = rows;
    }

    public VectorIndex Index { get; }

    public float[] Vectors { get; }

    public int Rows { get; }

    /// <summary>A direction; the field <c>near</c> is a row's rank, in permille of all rows, by its nearness to it.</summary>
    public float[] Direction { get; } = new float[Dimension];

    public static async Task<FilterData> CreateAsync(int rows)
    {
        var data = new FilterData(rows);
        var random = new Random(1);
        data.FillVectors(random);
        var permille = data.PermilleByNearness();
        var records = new VectorRecord[BatchRows];
        for (var first = 0; first < rows; first += BatchRows)
        {
            for (var i = 0; i < BatchRows; i++)
            {
                var row = first + i;
                records[i] = new VectorRecord($"id-{row}", data.Vectors.AsMemory(row * Dimension, Dimension), null, Metadata(random, row, permille[row]));
            }

            await data.Index.UpsertAsync("", records);
        }

        return data;
    }

    public static Filter FilterOf(string json) => Filter.Parse(JsonElement.Parse(json))!;

    public SnapshotLease Acquire() => Index.Namespaces.TryAcquire("", out var lease) ? lease : throw new InvalidOperationException("No namespace.");

    public float[] Vector(int row) => Vectors.AsSpan(row * Dimension, Dimension).ToArray();

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    /// <summary>About 250 bytes: a number and a text that never repeat, some that do, a list, and a field that only a part has.</summary>
    private static RecordMetadata? Metadata(Random random, int row, int near)
    {
        var optional = random.Next(3) == 0 ? ",\"reviewed\":true" : "";
        return RecordMetadata.Parse(JsonElement.Parse(string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            {"permille":{{random.Next(1000)}},"near":{{near}},"genre":"genre-{{random.Next(20)}}","year":{{1950 + random.Next(75)}},"time":{{1.7e9 + (row * 0.5)}},
            "tags":["tag-{{random.Next(50)}}","tag-{{random.Next(50)}}"],"title":"The title of the document with the number {{row}}, which is unique"{{optional}}}
            """)));
    }

    private void FillVectors(Random random)
    {
        var centres = new float[Clusters * Dimension];
        RandomVectors.Fill(random, centres, Dimension);
        RandomVectors.Fill(random, Vectors, Dimension);
        for (var row = 0; row < Rows; row++)
        {
            var vector = Vectors.AsSpan(row * Dimension, Dimension);
            var centre = centres.AsSpan(random.Next(Clusters) * Dimension, Dimension);
            for (var i = 0; i < Dimension; i++)
                vector[i] = centre[i] + (Noise * vector[i]);
        }

        Vector(random.Next(Rows)).CopyTo(Direction, 0);
    }

    private int[] PermilleByNearness()
    {
        var scores = new float[Rows];
        ExactScorer.Rows(Metric.Cosine, Vectors, Direction, ExactScorer.Norm(Direction), scores);
        var rows = Enumerable.Range(0, Rows).OrderByDescending(row => scores[row]).ToArray();
        var permille = new int[Rows];
        for (var rank = 0; rank < Rows; rank++)
            permille[rows[rank]] = (int)(rank * 1000L / Rows);
        return permille;
    }
}
