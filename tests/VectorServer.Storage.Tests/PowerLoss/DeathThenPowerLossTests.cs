namespace VectorServer.Storage.Tests.PowerLoss;

/// <summary>
/// A process dies at one operation on its disk after another, with all that was not synced still to be seen by the next process, which goes
/// on from there. Then the power goes: what either acknowledged is there.
/// </summary>
public sealed class DeathThenPowerLossTests
{
    private const int Steps = 45;
    private const int StepsAfter = 3;

    private static bool IsLong => Environment.GetEnvironmentVariable("VECTORSERVER_LONG") == "1";

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public async Task What_is_acknowledged_after_a_death_survives_the_loss_of_power(int seed)
    {
        var workload = Workload.Create(seed, Steps);
        var deaths = 0;
        for (var first = 20; await DiesAsync(workload, first); first += IsLong ? 1 : 31)
            deaths++;
        Assert.InRange(deaths, 10, int.MaxValue);
    }

    /// <returns>False where the workload ends before that operation.</returns>
    private static async Task<bool> DiesAsync(IReadOnlyList<Step> workload, int first)
    {
        using var directory = TempDirectory.InMemory();
        var disk = new TestDisk(directory.Path);
        var model = new Model();
        var log = new List<string>();
        var done = 0;
        try
        {
            // Not an IOException: a sync that fails, as none of these does, would leave what it was to sync lost for good.
            disk.Fault = operation => operation.Number < first ? null : new UnauthorizedAccessException("The process is dead");
            try
            {
                await using var dying = VectorEngine.Open(Workload.Services(directory.File("data"), disk));
                for (; done < workload.Count; done++)
                {
                    await workload[done].Run(dying);
                    workload[done].Apply(model);
                }
            }
            catch (Exception e) when (e is StorageException or UnauthorizedAccessException)
            {
                // dead
            }

            if (done == workload.Count)
                return false;
            disk.Fault = null;
            await using var next = VectorEngine.Open(Workload.Services(directory.File("data"), disk, log.Add));
            for (var after = 0; after < StepsAfter && done < workload.Count; after++, done++)
            {
                await FinishAsync(next, workload[done], model);
                var lost = directory.File($"lost-{after}");
                disk.LosePower(lost, Unsynced.Lost, new Random(first));
                await using var found = VectorEngine.Open(Workload.Services(Path.Combine(lost, "data"), null, log.Add));
                Assert.Equal(model.Text(), await Model.TextOfAsync(found));
            }
        }
        catch (Exception e)
        {
            Assert.Fail($"Death at operation {first}, step {done}, {workload[done].Name}:\n{e}\n{string.Join('\n', log)}");
        }

        return true;
    }

    /// <summary>Does a step that was perhaps done already.</summary>
    private static async Task FinishAsync(VectorEngine engine, Step step, Model model)
    {
        var before = model.Copy();
        step.Apply(model);
        if (await Model.TextOfAsync(engine) == model.Text() && before.Text() != model.Text())
            return;
        await step.Run(engine);
    }
}
