using VectorServer.Storage.Memory;

namespace VectorServer.Storage.Tests.Memory;

public sealed class NativeRowsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(3200)]
    public unsafe void Rows_are_zero_at_first_and_stay_where_they_are_while_others_are_added(int rowBytes)
    {
        using var rows = new NativeRows(rowBytes);
        rows.EnsureCapacity(1);
        var first = rows.Row(0);
        *first = 7;
        var many = (40 << 20) / rowBytes;

        rows.EnsureCapacity(many);

        Assert.True(first == rows.Row(0));
        Assert.Equal(7, *first);
        Assert.Equal(0, *rows.Row(many - 1));
        Assert.Equal((long)many * rowBytes, rows.Bytes);
    }

    [Fact]
    public unsafe void Runs_asked_to_be_contiguous_are()
    {
        const int Run = 256;
        const int RowBytes = 320_064; // 256 of them are longer than a usual chunk
        using var rows = new NativeRows(RowBytes, Run);

        rows.EnsureCapacity(2 * Run);

        Assert.True(rows.Row(Run - 1) == rows.Row(0) + ((Run - 1L) * RowBytes));
        Assert.True(rows.Row((2 * Run) - 1) == rows.Row(Run) + ((Run - 1L) * RowBytes));
    }

    [Fact]
    public void Nothing_is_held_once_given_back()
    {
        var rows = new NativeRows(64);
        rows.EnsureCapacity(1000);

        rows.Dispose();

        Assert.Equal(0, rows.Bytes);
        Assert.Equal(0, rows.Capacity);
    }
}
