using System.Text.Json;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Tests.Contract;

/// <summary>What every test of the index surface needs: an engine on a fresh directory and short ways to write records.</summary>
public abstract class IndexContract : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();

    protected VectorEngine Engine { get; private set; } = null!;

    protected string DataDirectory => _directory.Path;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        Engine = VectorEngine.Open(Services);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected virtual EngineServices Services => new(Options);

    protected virtual EngineOptions Options => new() { DataDirectory = _directory.Path, Durability = Durability.Os };

    /// <summary>Closes the engine and opens it again on the same directory.</summary>
    protected async Task ReopenAsync()
    {
        await Engine.DisposeAsync();
        Engine = VectorEngine.Open(Services);
    }

    protected VectorIndex CreateDense(
        string name = "docs", int dimension = 3, Metric metric = Metric.Cosine, Compression compression = Compression.Auto) =>
        Engine.CreateIndex(new IndexDescriptor { Name = name, Dimension = dimension, Metric = metric, Compression = compression });

    protected VectorIndex CreateSparse(string name = "sparse") =>
        Engine.CreateIndex(new IndexDescriptor { Name = name, VectorType = VectorType.Sparse, Metric = Metric.DotProduct });

    protected static VectorRecord Dense(string id, float[] values, string? metadata = null) => new(id, values, null, Metadata(metadata));

    protected static VectorRecord Sparse(string id, uint[] indices, float[] values, string? metadata = null) =>
        new(id, default, SparseVector.Create(indices, values), Metadata(metadata));

    protected static RecordMetadata? Metadata(string? json) => json is null ? null : RecordMetadata.Parse(JsonDocument.Parse(json).RootElement);

    protected static Filter? Filter(string json) => VectorServer.Storage.Filter.Parse(JsonDocument.Parse(json).RootElement);

    protected static float[] RandomVector(Random random, int dimension)
    {
        var vector = new float[dimension];
        for (var i = 0; i < vector.Length; i++)
            vector[i] = (float)((random.NextDouble() * 2) - 1);
        return vector;
    }

    protected static string Json(RecordMetadata? metadata) => metadata is null ? "" : System.Text.Encoding.UTF8.GetString(metadata.Json.Span);
}
