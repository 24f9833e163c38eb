using System.Diagnostics.CodeAnalysis;

namespace VectorServer.Storage;

/// <content>The engine as a host sees it.</content>
public sealed partial class VectorEngine : IStorageEngine
{
    IReadOnlyList<IVectorIndex> IStorageEngine.Indexes => Indexes;

    IHostDocuments IStorageEngine.Documents => Documents;

    IBackups IStorageEngine.Backups => Backups;

    IDamageReports IStorageEngine.Damage => Damage;

    IVectorIndex IStorageEngine.GetIndex(string name) => GetIndex(name);

    bool IStorageEngine.TryGetIndex(string name, [NotNullWhen(true)] out IVectorIndex? index)
    {
        var isThere = TryGetIndex(name, out var found);
        index = found;
        return isThere;
    }

    ValueTask<IVectorIndex> IStorageEngine.CreateIndexAsync(
        IndexDescriptor descriptor, IReadOnlyList<float[]>? sample, CancellationToken cancellation) => new(CreateIndex(descriptor, sample));

    ValueTask<IndexDescriptor> IStorageEngine.ConfigureIndexAsync(
        string name, Func<IndexDescriptor, IndexDescriptor> change, CancellationToken cancellation) => new(ConfigureIndex(name, change));

    async Task<IVectorIndex> IStorageEngine.RestoreIndexAsync(
        string backupId, IndexDescriptor target, Metric? metric, IProgress<double>? progress, CancellationToken cancellation) =>
        await RestoreIndexAsync(backupId, target, metric, progress, cancellation).ConfigureAwait(false);
}
