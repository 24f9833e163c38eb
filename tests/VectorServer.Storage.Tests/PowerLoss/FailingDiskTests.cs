using VectorServer.Storage.IO;

namespace VectorServer.Storage.Tests.PowerLoss;

/// <summary>
/// Runs a workload on a disk that refuses one operation after another, once or until it is mended: what was refused says so, reads go on,
/// the same engine writes again, and neither a restart nor a power loss brings back what was refused.
/// </summary>
public sealed class FailingDiskTests
{
    private const int Steps = 45;

    private static bool IsLong => Environment.GetEnvironmentVariable("VECTORSERVER_LONG") == "1";

    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 5)]
    [InlineData(false, 1)]
    [InlineData(false, 5)]
    public async Task A_refused_operation_costs_the_step_it_belongs_to_and_nothing_else(bool full, int operationsRefused)
    {
        var probe = await OperationsAsync();
        var every = IsLong ? 1 : 67;
        for (var first = 20 + operationsRefused; first < probe; first += every)
            await RunAsync(first, full, operationsRefused);
    }

    private static async Task<int> OperationsAsync()
    {
        using var directory = TempDirectory.InMemory();
        var disk = new TestDisk(directory.Path);
        await using var engine = VectorEngine.Open(Workload.Services(directory.File("data"), disk));
        foreach (var step in Workload.Create(5, Steps))
            await step.Run(engine);
        return disk.Operations;
    }

    private static async Task RunAsync(int first, bool full, int refused)
    {
        using var directory = TempDirectory.InMemory();
        var disk = new TestDisk(directory.Path);
        var workload = Workload.Create(5, Steps);
        var model = new Model();
        var log = new List<string>();
        var where = "";
        try
        {
            await using (var engine = VectorEngine.Open(Workload.Services(directory.File("data"), disk, log.Add)))
            {
                disk.Fault = operation =>
                {
                    if (operation.Number < first || operation.Number >= first + refused || (full && !TakesSpace(operation.Kind)))
                        return null;
                    where += $"\n{operation}";
                    return full ? DiskErrors.OutOfSpace() : new IOException("Input/output error", 5);
                };
                foreach (var step in workload)
                {
                    await TryAsync(engine, step, model, full, refused);
                    if (where.Length == 0)
                        continue;
                    var found = await ReadAsync(engine, refused);
                    Assert.True(found == model.Text(), $"after {step.Name}, expected\n{model.Text()}\nfound\n{found}");
                }

                // A power loss at the end, and a restart, find what was acknowledged.
                disk.Fault = null;
                disk.LosePower(directory.File("lost"), Unsynced.Lost, new Random(1));
            }

            foreach (var place in new[] { "data", Path.Combine("lost", "data") })
            {
                await using var engine = VectorEngine.Open(Workload.Services(directory.File(place)));
                Assert.Equal(model.Text(), await Model.TextOfAsync(engine));
            }
        }
        catch (Exception e)
        {
            Assert.Fail($"{(full ? "ENOSPC" : "EIO")} from operation {first}, refused:{where}\n{e}\n{string.Join('\n', log)}");
        }
    }

    /// <summary>A step that is refused is tried again, as a client does, until the disk is mended.</summary>
    private static async Task TryAsync(VectorEngine engine, Step step, Model model, bool full, int refused)
    {
        for (var attempt = 0; attempt < 30; attempt++)
        {
            try
            {
                await step.Run(engine);
                step.Apply(model);
                return;
            }
            catch (StorageException e) when (e.Code == (full ? StorageErrorCode.OutOfSpace : StorageErrorCode.Unavailable))
            {
                // Before it, after it, or between: reads agree with each other, and the next attempt finds its way. A namespace that is
                // just being made, and was never open, may not be readable yet.
                if (MakesNamespace(step, model))
                    continue;
                var states = States(step, model);
                var found = await ReadAsync(engine, refused);
                Assert.True(states.Contains(found), $"{step.Name} was refused with {e.Message}, expected\n{string.Join("or\n", states)}\nfound\n{found}");
            }
            catch (StorageException e) when (attempt > 0 && e.Code is StorageErrorCode.AlreadyExists or StorageErrorCode.NotFound)
            {
                step.Apply(model); // the outcome was unknown, and it was done
                return;
            }
        }

        throw new InvalidOperationException($"{step.Name} is refused for ever");
    }

    /// <summary>Reads go on, but for those of a namespace that was closed: the disk may refuse to open it for as long as it refuses anything.</summary>
    private static async Task<string> ReadAsync(VectorEngine engine, int refused)
    {
        for (var refusals = 0; ; refusals++)
        {
            try
            {
                return await Model.TextOfAsync(engine);
            }
            catch (StorageException e) when (refusals < refused && e.Code is StorageErrorCode.Unavailable or StorageErrorCode.OutOfSpace)
            {
                // the next time
            }
        }
    }

    private static bool MakesNamespace(Step step, Model model)
    {
        var between = model.Copy();
        step.Between?.Invoke(between);
        return between.Indexes.Values.Sum(index => index.Namespaces.Count) > model.Indexes.Values.Sum(index => index.Namespaces.Count);
    }

    private static List<string> States(Step step, Model model)
    {
        var copy = model.Copy();
        var states = new List<string> { copy.Text() };
        step.Between?.Invoke(copy);
        states.Add(copy.Text());
        step.Apply(copy);
        states.Add(copy.Text());
        return states;
    }

    private static bool TakesSpace(DiskOperationKind kind) =>
        kind is DiskOperationKind.Create or DiskOperationKind.Write or DiskOperationKind.Allocate or DiskOperationKind.Sqlite or DiskOperationKind.Rename;
}
