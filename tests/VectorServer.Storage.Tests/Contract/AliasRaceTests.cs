namespace VectorServer.Storage.Tests.Contract;

/// <summary>Aliases that change while they are used: whatever the order, each step is as if it were alone.</summary>
public sealed class AliasRaceTests : IndexContract
{
    private const int Records = 2; // short reads: most of their time is the way to the target

    [Fact]
    public async Task A_read_beside_repoints_sees_one_target_whole_although_the_other_is_deleted_and_made_anew()
    {
        var index = CreateDense();
        await FillAsync("blue");
        index.CreateAlias("live", "blue");
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 12)
            .Select(seed => Task.Factory.StartNew(() => Read(new Random(seed)), Cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default))
            .ToArray();

        for (var round = 0; round < 40; round++)
        {
            var (next, last) = round % 2 == 0 ? ("green", "blue") : ("blue", "green");
            await FillAsync(next);
            index.RepointAlias("live", next);
            await index.DeleteNamespaceAsync(last, Cancellation);
            index.CreateNamespace(last); // empty: not what the alias ever meant
        }

        await done.CancelAsync();
        Assert.True((await Task.WhenAll(readers)).Sum() > 0);

        Task FillAsync(string ns) => index.UpsertAsync(ns, [.. Enumerable.Range(0, Records).Select(i => Dense($"{ns}{i:D2}", [1, 2, i + 1]))], Cancellation);

        int Read(Random random)
        {
            var reads = 0;
            for (; !done.IsCancellationRequested; reads++)
            {
                var (ns, ids) = ReadOnce(random.Next(8));
                Assert.Equal(Enumerable.Range(0, Records).Select(i => $"{ns}{i:D2}"), ids.Order(StringComparer.Ordinal));
            }

            return reads;
        }

        (string Namespace, IEnumerable<string> Ids) ReadOnce(int kind)
        {
            switch (kind)
            {
                case 0:
                    var found = index.Query("live", new VectorQuery { TopK = 2 * Records, Vector = new float[] { 1, 2, 3 } }, Cancellation);
                    return (found.Namespace, found.Matches.Select(match => match.Id));
                case 1:
                    var page = index.FetchByFilter("live", null, 2 * Records, null);
                    return (page.Namespace, page.Records.Select(record => record.Id));
                default:
                    var list = index.ListIds("live", null, 2 * Records, null);
                    return (list.Namespace, list.Ids);
            }
        }
    }

    [Fact]
    public async Task Of_a_namespace_and_an_alias_made_at_once_under_one_name_one_is_refused()
    {
        var index = CreateDense();
        var random = new Random(5);
        var aliases = 0;

        for (var round = 0; round < 60; round++)
        {
            var name = $"n{round}";
            await AtOnceAsync(
                random,
                () => Task.FromResult(index.CreateAlias(name, "")),
                () => Task.FromResult(index.CreateNamespace(name)),
                () => index.UpsertAsync(name, [Dense("a", [1, 2, 3])], Cancellation));

            var isAlias = index.ListAliases(name, null, 10, null).Aliases.Any(alias => alias.Name == name);
            var isNamespace = index.ListNamespaces(name, 100, null).Namespaces.Any(ns => ns.Name == name);
            Assert.True(isAlias != isNamespace);
            aliases += isAlias ? 1 : 0;
        }

        await ReopenAsync();
        index = Engine.GetIndex("docs");
        Assert.Equal((aliases, 60 - aliases), (index.ListAliases(null, null, 1, null).TotalCount, index.ListNamespaces(null, 1, null).TotalCount));
    }

    [Fact]
    public async Task No_alias_is_left_without_its_target()
    {
        var index = CreateDense();
        var random = new Random(6);
        index.CreateAlias("moved", "");

        for (var round = 0; round < 60; round++)
        {
            var target = $"n{round}";
            index.CreateNamespace(target);
            await AtOnceAsync(
                random,
                () => Task.FromResult(index.CreateAlias($"a{round}", target)),
                () => Task.FromResult(index.RepointAlias("moved", target)),
                () => index.DeleteNamespaceAsync(target, Cancellation));

            foreach (var alias in index.ListAliases(null, null, 100, null).Aliases)
                index.DescribeNamespace(alias.TargetNamespace);
        }
    }

    /// <summary>Runs the steps side by side, in an order of chance; each may be refused for what another did.</summary>
    private static async Task AtOnceAsync(Random random, params Func<Task>[] steps)
    {
        random.Shuffle(steps);
        var spins = steps.Select(_ => random.Next(2_000)).ToArray();
        using var start = new Barrier(steps.Length);
        await Task.WhenAll(steps.Select((step, i) => Task.Factory.StartNew(
            async () =>
            {
                start.SignalAndWait(Cancellation);
                Thread.SpinWait(spins[i]);
                try
                {
                    await step();
                }
                catch (StorageException refused)
                {
                    Assert.True(refused.Reason is not null || refused.Code == StorageErrorCode.AlreadyExists, refused.ToString());
                }
            },
            Cancellation,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap()));
    }
}
