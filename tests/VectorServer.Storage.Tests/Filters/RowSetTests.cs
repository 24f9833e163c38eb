using VectorServer.Storage.Filters;
using VectorServer.Storage.Model;

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

    [Fact]
    public void Ranges_and_sets_are_added_and_taken_out()
    {
        var random = new Random(3);
        for (var i = 0; i < 2_000; i++)
        {
            var rowCount = random.Next(300);
            var (left, leftRows) = Ranges(random, rowCount);
            var (right, rightRows) = Ranges(random, rowCount);
            switch (i % 3)
            {
                case 0:
                    left.UnionWith(right);
                    leftRows.UnionWith(rightRows);
                    break;
                case 1:
                    left.IntersectWith(right);
                    leftRows.IntersectWith(rightRows);
                    break;
                default:
                    left.ExceptWith(right);
                    leftRows.ExceptWith(rightRows);
                    break;
            }

            Assert.Equal(leftRows, Rows(left));
            Assert.Equal(leftRows.Count, left.Count());
            left.Clear();
            Assert.Empty(Rows(left));
        }
    }

    private static (RowSet Set, SortedSet<int> Rows) Ranges(Random random, int rowCount)
    {
        var set = new RowSet(rowCount);
        var rows = new SortedSet<int>();
        for (var ranges = random.Next(4); ranges > 0; ranges--)
        {
            var first = random.Next(rowCount + 1);
            var count = random.Next(rowCount - first + 1);
            set.AddRange(first, count);
            rows.UnionWith(Enumerable.Range(first, count));
        }

        return (set, rows);
    }

    private static List<int> Rows(RowSet set)
    {
        var rows = new List<int>();
        foreach (var row in set)
            rows.Add(row.Value);
        return rows;
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
