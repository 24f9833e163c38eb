using VectorServer.Storage.Ann;
using VectorServer.Storage.Ann.Hnsw;
using VectorServer.Storage.Query.Recall;

namespace VectorServer.Storage.Tests.Query;

public sealed class RecallHoldTests : IDisposable
{
    private static readonly HeldRecall Measured =
        new(0.99, Rows: 1000, new HeldEffort(50, 150), new HeldEffort(80, 300), Reach: -1, Recall: 0.993, RowsPerEffort: 10);

    private readonly HnswGraph _index = new(Metric.Cosine, 4, new HnswParameters(8, 50)) { Held = Measured };
    private readonly RecallHold _hold = new();

    public void Dispose() => _index.Dispose();

    [Fact]
    public void Live_queries_that_find_less_raise_the_effort_and_ones_that_find_more_take_it_back()
    {
        Add(0.9, times: 500);
        var raised = _index.Held!.Usual.OfFew;
        Assert.InRange(raised, 60, 50 * 16 * 2);

        Add(1, times: 5000);
        Assert.InRange(_index.Held!.Usual.OfFew, 50, raised - 1);
    }

    [Fact]
    public void A_recall_on_target_changes_nothing()
    {
        Add(0.99, times: 500);

        Assert.Equal(Measured, _index.Held);
    }

    [Fact]
    public void Queries_outside_of_the_rows_have_an_effort_of_their_own()
    {
        Assert.Equal((80, 50), (Measured.For(-2).Of(10), Measured.For(-0.5).Of(10)));
        Assert.True((Measured with { Outside = default }).Times(2).For(-2).IsNone); // a scan answers, whatever live queries find
    }

    [Fact]
    public void What_was_measured_holds_for_a_third_more_rows()
    {
        Assert.True(Measured.Holds(1300));
        Assert.False(Measured.Holds(1400));
    }

    [Fact]
    public void Effort_grows_with_the_matches_wanted()
    {
        var usual = Measured.Usual;
        Assert.Equal((50, 50, 150), (usual.Of(1), usual.Of(10), usual.Of(100)));
        Assert.InRange(usual.Of(50), 51, 149);
        Assert.InRange(usual.Of(1000), 1000, 1300);
    }

    private void Add(double recall, int times)
    {
        for (var i = 0; i < times; i++)
            _hold.Add(_index, recall);
    }
}
