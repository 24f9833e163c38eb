namespace VectorServer.Storage.Tests.Contract;

/// <summary>A write that bears a key is done once, whatever happens between its repetitions.</summary>
public sealed class IdempotencyTests : IndexContract
{
    private static readonly IdempotencyKey First = new("import-1", "part 1");

    public enum Between
    {
        Nothing,
        Restart,
        Checkpoint,
        Compaction,
        OtherWriters,
    }

    public static MatrixTheoryData<Between, bool> Ways => new(Enum.GetValues<Between>(), [false, true]);

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_repetition_does_nothing(Between between, bool isLoad)
    {
        var index = CreateDense();
        await WriteAsync(index, First, isLoad);
        var deleted = await index.DeleteAsync("", ["a"], Cancellation);

        switch (between)
        {
            case Between.Restart:
                await ReopenAsync();
                break;
            case Between.Checkpoint:
                await index.FlushAsync(Cancellation);
                await ReopenAsync();
                break;
            case Between.Compaction:
                await index.CompactAsync("", Cancellation);
                await ReopenAsync();
                break;
            case Between.OtherWriters:
                for (var i = 2; i <= 8; i++)
                    await index.UpsertAsync("", [Dense($"r{i}", [1, 2, 3])], new IdempotencyKey($"import-{i}", "part 1"), Cancellation);
                break;
        }

        index = Engine.GetIndex("docs");
        var before = index.ListIds("", null, 100, null).Ids;
        var repeated = await WriteAsync(index, First, isLoad);

        Assert.Equal(before, index.ListIds("", null, 100, null).Ids);
        Assert.DoesNotContain("a", before);
        Assert.True(repeated.Lsn >= deleted.Lsn);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_next_step_another_writer_and_no_key_write(bool isLoad)
    {
        var index = CreateDense();
        foreach (var key in new[] { First, First with { Step = "part 2" }, First with { Writer = "import-2" }, null })
        {
            await WriteAsync(index, key, isLoad);
            Assert.Equal(["a", "b"], index.ListIds("", null, 100, null).Ids);
            await index.DeleteAsync("", ["a"], Cancellation);
        }
    }

    private static Task<WriteResult> WriteAsync(VectorIndex index, IdempotencyKey? key, bool isLoad)
    {
        VectorRecord[] records = [Dense("a", [1, 2, 3]), Dense("b", [3, 2, 1])];
        return isLoad ? index.LoadAsync("", records, key, Cancellation) : index.UpsertAsync("", records, key, Cancellation);
    }
}
