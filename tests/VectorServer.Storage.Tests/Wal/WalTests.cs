using VectorServer.Storage.IO;
using VectorServer.Storage.Model;
using VectorServer.Storage.Wal;

namespace VectorServer.Storage.Tests.Wal;

public sealed class WalTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Operations_are_replayed_as_they_were_written()
    {
        var sparse = SparseVector.Create([3, 4_000_000_000], [0.5f, -1]);
        using (var writer = WalWriter.Create(Disk.Real, _directory.Path, new Lsn(1), Durability.Fsync))
        {
            writer.Append(new Lsn(1), [new PutOperation([new PutEntry("a", new[] { 1f, -0f, float.Epsilon }, null, sparse, null)])]);
            writer.Append(new Lsn(2), [new RemoveOperation(["a", "b"]), new ClearOperation()]);
            writer.Append(new Lsn(4), [new PutOperation([new PutEntry("b", default, new RowId(7), null, null)])]);
        }

        var replayed = Replay(new Lsn(0)).Operations;

        var put = Assert.IsType<PutOperation>(replayed[0]).Entries[0];
        Assert.Equal("a", put.Id);
        Assert.Equal([1f, -0f, float.Epsilon], put.Values.ToArray());
        Assert.Equal(sparse.Indices.ToArray(), put.Sparse!.Indices.ToArray());
        Assert.Equal(["a", "b"], Assert.IsType<RemoveOperation>(replayed[1]).Ids);
        Assert.IsType<ClearOperation>(replayed[2]);
        Assert.Equal(new RowId(7), Assert.IsType<PutOperation>(replayed[3]).Entries[0].CopyFrom);
    }

    [Fact]
    public void Replay_begins_after_the_checkpoint_also_inside_a_group()
    {
        using (var writer = WalWriter.Create(Disk.Real, _directory.Path, new Lsn(1), Durability.Os))
            writer.Append(new Lsn(1), [new RemoveOperation(["1"]), new RemoveOperation(["2"]), new RemoveOperation(["3"])]);

        Assert.Equal("3", Assert.IsType<RemoveOperation>(Assert.Single(Replay(new Lsn(2)).Operations)).Ids[0]);
    }

    [Fact]
    public void A_log_cut_at_any_byte_replays_the_whole_groups_before_the_cut_and_goes_on_from_there()
    {
        var ends = new List<int>();
        using (var writer = WalWriter.Create(Disk.Real, _directory.Path, new Lsn(1), Durability.Os))
        {
            for (var i = 1; i <= 4; i++)
            {
                writer.Append(new Lsn(i), [new RemoveOperation([new string('x', i * 5)])]);
                ends.Add((int)writer.PendingBytes + WalFormat.SegmentHeaderBytes);
            }
        }

        var path = Directory.GetFiles(_directory.Path).Single();
        var whole = File.ReadAllBytes(path);
        for (var cut = 0; cut <= whole.Length; cut++)
        {
            File.WriteAllBytes(path, whole[..cut]);

            var (operations, end) = Replay(new Lsn(0));

            var groups = ends.Count(e => e <= cut);
            Assert.Equal(groups, operations.Count);
            Assert.Equal(groups == 0 ? WalFormat.SegmentHeaderBytes : ends[groups - 1], end!.Value.ValidBytes);
            using (var writer = WalWriter.Continue(Disk.Real, end.Value, new Lsn(groups + 1), Durability.Os))
                writer.Append(new Lsn(groups + 1), [new ClearOperation()]);
            Assert.Equal(groups + 1, Replay(new Lsn(0)).Operations.Count);
        }
    }

    [Fact]
    public void A_flipped_byte_before_other_groups_is_damage_and_in_the_last_group_a_torn_tail()
    {
        int lastStart;
        using (var writer = WalWriter.Create(Disk.Real, _directory.Path, new Lsn(1), Durability.Fsync))
        {
            writer.Append(new Lsn(1), [new RemoveOperation(["first"])]);
            writer.Append(new Lsn(2), [new RemoveOperation(["second"])]);
            lastStart = (int)writer.PendingBytes + WalFormat.SegmentHeaderBytes;
            writer.Append(new Lsn(3), [new RemoveOperation(["third"])]);
        }

        var path = Directory.GetFiles(_directory.Path).Single();
        var whole = File.ReadAllBytes(path);
        for (var i = 0; i < whole.Length; i++)
        {
            var flipped = whole.ToArray();
            flipped[i] ^= 0x10;
            File.WriteAllBytes(path, flipped);

            if (i is >= 12 and < WalFormat.SegmentHeaderBytes)
                continue; // reserved bytes of the segment header
            if (i < lastStart)
                Assert.Equal(StorageErrorCode.DataCorruption, Assert.Throws<StorageException>(() => Replay(new Lsn(0))).Code);
            else
                Assert.Equal(2, Replay(new Lsn(0)).Operations.Count);
        }
    }

    [Fact]
    public void Where_the_system_writes_frames_out_of_order_a_hole_costs_what_comes_after_it_and_no_more()
    {
        long second;
        using (var writer = WalWriter.Create(Disk.Real, _directory.Path, new Lsn(1), Durability.Os))
        {
            writer.Append(new Lsn(1), [new RemoveOperation(["first"])]);
            second = writer.PendingBytes + WalFormat.SegmentHeaderBytes;
            writer.Append(new Lsn(2), [new RemoveOperation(["second"])]);
            writer.Append(new Lsn(3), [new RemoveOperation(["third"])]);
        }

        var path = Directory.GetFiles(_directory.Path).Single();
        var bytes = File.ReadAllBytes(path);
        bytes.AsSpan((int)second, 20).Clear();
        File.WriteAllBytes(path, bytes);

        Assert.Single(Replay(new Lsn(0)).Operations);
        Assert.Equal(second, new FileInfo(path).Length);
    }

    [Fact]
    public void A_new_segment_makes_void_what_older_ones_hold_from_its_position_on()
    {
        using (var writer = WalWriter.Create(Disk.Real, _directory.Path, new Lsn(1), Durability.Fsync))
        {
            writer.Append(new Lsn(1), [new RemoveOperation(["kept"])]);
            writer.Append(new Lsn(2), [new RemoveOperation(["refused"])]);
            writer.StartAnew(new Lsn(2));
            writer.Append(new Lsn(2), [new RemoveOperation(["written anew"])]);
        }

        Assert.Equal(["kept", "written anew"], Replay(new Lsn(0)).Operations.Select(operation => ((RemoveOperation)operation).Ids[0]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(4096)]
    public void A_segment_that_a_crash_left_without_its_header_is_begun_anew(int zeros)
    {
        using (var wal = WalWriter.Create(Disk.Real, _directory.Path, new Lsn(1), Durability.Os))
            wal.Append(new Lsn(1), [new ClearOperation()]);
        var segment = _directory.File("00000000000000000002.wal");
        File.WriteAllBytes(segment, new byte[zeros]);

        var (operations, end) = Replay(default);
        using (var wal = WalWriter.Continue(Disk.Real, end!.Value, new Lsn(2), Durability.Os))
            wal.Append(new Lsn(2), [new RemoveOperation(["a"])]);

        Assert.Single(operations);
        Assert.Equal(segment, end.Value.SegmentPath);
        Assert.Equal(2, Replay(default).Operations.Count);
    }

    [Fact]
    public void Cut_removes_what_is_folded_in()
    {
        using var writer = WalWriter.Create(Disk.Real, _directory.Path, new Lsn(1), Durability.Os);
        writer.Append(new Lsn(1), [new RemoveOperation(["old"])]);

        writer.Cut(new Lsn(2));
        writer.Append(new Lsn(2), [new RemoveOperation(["new"])]);

        Assert.Single(Directory.GetFiles(_directory.Path));
        Assert.Equal(["new"], Assert.IsType<RemoveOperation>(Assert.Single(Replay(new Lsn(1)).Operations)).Ids);
    }

    private (List<WalOperation> Operations, WalEnd? End) Replay(Lsn after)
    {
        var operations = new List<WalOperation>();
        var end = WalReader.Replay(Disk.Real, _directory.Path, after, operations.Add, _ => { });
        return (operations, end);
    }
}
