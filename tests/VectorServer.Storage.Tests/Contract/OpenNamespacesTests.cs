using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Tests.Contract;

/// <summary>There may be any number of namespaces, of which only so many are open at once, and nobody notices.</summary>
public sealed class OpenNamespacesTests : IndexContract
{
    private const int Max = 4;

    protected override EngineOptions Options => base.Options with { OpenNamespacesMax = Max };

    [Fact]
    public async Task Of_many_namespaces_only_some_are_open_and_all_answer()
    {
        const int count = 30;
        var index = CreateDense();
        var most = 0;

        await Parallel.ForEachAsync(Enumerable.Range(0, count), Cancellation, async (i, cancellation) =>
        {
            await index.UpsertAsync($"n{i}", [Dense($"id-{i}", [i, 2, 3])], cancellation);
            most = Math.Max(most, index.Namespaces.Opened().Count());
        });
        Assert.Equal(count, index.Stats().TotalRecordCount);
        await Parallel.ForEachAsync(Enumerable.Range(0, count), Cancellation, (i, _) =>
        {
            Assert.Equal([$"id-{i}"], index.ListIds($"n{i}", null, 10, null).Ids);
            return ValueTask.CompletedTask;
        });

        Assert.InRange(most, 1, Max);
        Assert.InRange(index.Namespaces.Opened().Count(), 1, Max);
    }

    [Fact]
    public async Task One_more_waits_until_another_is_no_longer_in_use()
    {
        var index = CreateDense();
        var leases = new List<SnapshotLease>();
        for (var i = 0; i < Max; i++)
        {
            await index.UpsertAsync($"n{i}", [Dense("a", [1, 2, 3])], Cancellation);
            Assert.True(index.Namespaces.TryAcquire($"n{i}", out var lease));
            leases.Add(lease);
        }

        var more = Task.Run(() => index.UpsertAsync("more", [Dense("b", [1, 2, 3])], Cancellation), Cancellation);
        await Task.Delay(200, Cancellation);
        Assert.False(more.IsCompleted);
        leases[1].Dispose();
        await more;

        Assert.Equal(["b"], index.ListIds("more", null, 10, null).Ids);
        leases.RemoveAt(1);
        leases.ForEach(lease => Assert.Equal(0, lease.Snapshot.Find("a")));
        leases.ForEach(lease => lease.Dispose());
    }

    [Fact]
    public void One_more_is_refused_where_all_stay_in_use()
    {
        var open = new OpenNamespaces(2, waitMax: TimeSpan.Zero);
        open.Enter();
        open.Enter();

        Assert.Equal(StorageErrorCode.Unavailable, Assert.Throws<StorageException>(open.Enter).Code);

        open.Leave();
        open.Enter();
    }
}
