namespace VectorServer.Storage.Tests.PowerLoss;

/// <summary>
/// Runs a workload on a disk that forgets what was not synced, takes the power away at one of its operations after another, and looks at
/// what a fresh engine finds: all that was acknowledged, and of the step under way all or nothing. VECTORSERVER_LONG=1 takes every operation of
/// many workloads, the short form a share of them.
/// </summary>
public sealed class PowerLossTests
{
    private static bool IsLong => Environment.GetEnvironmentVariable("VECTORSERVER_LONG") == "1";

    [Fact]
    public async Task Every_write_acknowledged_survives_a_power_loss_at_any_operation_of_a_small_workload() =>
        await RunAsync(seed: 1, steps: 14, every: 1);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Every_write_acknowledged_survives_a_power_loss_during_a_long_workload(int seed) =>
        await RunAsync(seed, steps: 70, every: IsLong ? 1 : 37);

    [Fact]
    public async Task Every_write_acknowledged_survives_a_second_power_loss_during_the_recovery_from_a_first() =>
        await RunAsync(seed: 5, steps: IsLong ? 70 : 30, every: IsLong ? 41 : 211, recoveryEvery: IsLong ? 1 : 3);

    [Fact]
    public async Task Long_form_with_many_seeds()
    {
        Assert.SkipUnless(IsLong, "VECTORSERVER_LONG=1 runs it");
        for (var seed = 100; seed < 110; seed++)
            await RunAsync(seed, steps: 100, every: 3);
    }

    /// <param name="seed">Fixes the workload, and what is lost.</param>
    /// <param name="steps">Of the workload.</param>
    /// <param name="every">The power goes at each so many operations of the workload,</param>
    /// <param name="recoveryEvery">and of each recovery from that; 0 for none.</param>
    private static async Task RunAsync(int seed, int steps, int every, int recoveryEvery = 0)
    {
        using var directory = TempDirectory.InMemory();
        var workload = Workload.Create(seed, steps);
        var states = States(workload);
        var random = new Random(seed);
        var disk = new TestDisk(directory.Path);
        var acknowledged = 0;
        var losses = new List<Loss>();
        disk.Before = operation =>
        {
            if ((operation + seed) % every != 0)
                return;
            foreach (var unsynced in Enum.GetValues<Unsynced>())
            {
                var loss = new Loss(operation, unsynced, acknowledged, directory.File($"lost-{losses.Count}"));
                disk.LosePower(loss.Directory, unsynced, random);
                losses.Add(loss);
            }
        };

        await using (var engine = VectorEngine.Open(Workload.Services(directory.File("data"), disk)))
        {
            foreach (var step in workload)
            {
                await step.Run(engine);
                Volatile.Write(ref acknowledged, acknowledged + 1);
                await CheckAllAsync();
            }
        }

        await CheckAllAsync();
        Assert.True(disk.Operations > steps * 3, "the workload must reach the disk");
        Assert.Null(disk.Failure);

        async Task CheckAllAsync()
        {
            foreach (var loss in recoveryEvery > 0 ? losses : [])
                await CheckAsync(await LoseAgainAsync(loss, recoveryEvery), workload, states);
            await CheckAsync(losses, workload, states);
        }
    }

    /// <summary>What the engine may hold after each number of steps; and while the next is under way.</summary>
    private static List<HashSet<string>> States(IReadOnlyList<Step> workload)
    {
        var model = new Model();
        var states = new List<HashSet<string>>();
        foreach (var step in workload)
        {
            states.Add([model.Text()]);
            step.Between?.Invoke(model);
            states[^1].Add(model.Text());
            step.Apply(model);
            states[^1].Add(model.Text());
        }

        states.Add([model.Text()]);
        return states;
    }

    /// <summary>The power goes again while a loss is being recovered from.</summary>
    private static async Task<List<Loss>> LoseAgainAsync(Loss loss, int every)
    {
        var disk = new TestDisk(loss.Directory);
        var random = new Random(loss.Operation);
        var again = new List<Loss>();
        disk.Before = operation =>
        {
            foreach (var unsynced in operation % every == 0 ? Enum.GetValues<Unsynced>() : [])
            {
                var next = loss with { Unsynced = unsynced, Recovery = operation, Directory = $"{loss.Directory}-{again.Count}" };
                disk.LosePower(next.Directory, unsynced, random);
                again.Add(next);
            }
        };
        await using var engine = VectorEngine.Open(Workload.Services(Path.Combine(loss.Directory, "data"), disk));
        await Model.TextOfAsync(engine);
        Assert.True(disk.Operations > 0, "a recovery must reach the disk");
        Assert.Null(disk.Failure);
        return again;
    }

    private static async Task CheckAsync(List<Loss> losses, IReadOnlyList<Step> workload, List<HashSet<string>> states)
    {
        foreach (var loss in losses)
        {
            var log = new List<string>();
            try
            {
                await using var engine = VectorEngine.Open(Workload.Services(Path.Combine(loss.Directory, "data"), null, log.Add));
                var found = await Model.TextOfAsync(engine);
                Assert.Empty(engine.Damage.Current);
                Assert.True(
                    states[loss.Acknowledged].Contains(found),
                    $"acknowledged:\n{states[loss.Acknowledged].First()}\nfound:\n{found}");
            }
            catch (Exception e)
            {
                var step = loss.Acknowledged < workload.Count ? workload[loss.Acknowledged].Name : "close";
                Assert.Fail($"{loss.Unsynced} at operation {loss.Operation}{(loss.Recovery is { } recovery ? $" and {recovery} of the recovery" : "")}, step {loss.Acknowledged}, {step}: {e}\n{string.Join('\n', log)}");
            }

            Directory.Delete(loss.Directory, recursive: true);
        }

        losses.Clear();
    }

    private sealed record Loss(int Operation, Unsynced Unsynced, int Acknowledged, string Directory, int? Recovery = null);
}
