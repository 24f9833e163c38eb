using VectorServer.Storage.Filters;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Tests.Filters;

public sealed class RowSetTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1_000)]
    public void A_row_set_holds_what_was_added_and_not_removed(int rowCount)
    {
        var random = new Random(rowCount);
        var rows = new RowSet(rowCount);
        var expected = new SortedSet<int>();
        for (var i = 0; i < rowCount; i++)
        {
            var row = random.Next(rowCount);
            rows.Add(new RowId(row));
            expected.Add(row);
            var gone = random.Next(rowCount);
            rows.Remove(new RowId(gone));
            expected.Remove(gone);
        }

        var listed = new List<int>();
        foreach (var row in rows)
            listed.Add(row.Value);

        Assert.Equal(expected, listed);
        Assert.Equal(expected.Count, rows.Count());
        Assert.All(Enumerable.Range(-1, rowCount + 70), row => Assert.Equal(expected.Contains(row), rows.Contains(new RowId(row))));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(10)]
    public void A_row_out_of_range_is_refused(int row)
    {
        var rows = new RowSet(10);

        Assert.Throws<ArgumentOutOfRangeException>(() => rows.Add(new RowId(row)));
        Assert.Throws<ArgumentOutOfRangeException>(() => rows.Remove(new RowId(row)));
    }
}
