using VectorServer.Storage.Ann;

namespace VectorServer.Storage.Query.Recall;

/// <summary>
/// Corrects the effort of an index by what live queries find: real queries may be harder than those drawn from the rows. A few dozen
/// measurements make one step up or, where an earlier step was more than is needed, down.
/// </summary>
internal sealed class RecallHold
{
    private const int Samples = 48; // of 10 matches each: a recall of 0.99 is told from one of 0.97
    private const double Up = 1.3;
    private const double Down = 0.9;
    private const double TimesMax = 16;

    private readonly Lock _lock = new();
    private HeldRecall? _start;
    private HeldRecall? _last;
    private double _sum;
    private int _count;

    public void Add(CandidateIndex index, double recall)
    {
        lock (_lock)
        {
            if (index.Held is not { Usual.IsNone: false } held)
                return;
            if (!ReferenceEquals(held, _last))
                (_start, _last, _sum, _count) = (held, held, 0, 0); // measured anew
            _sum += recall;
            if (++_count < Samples)
                return;

            var mean = _sum / _count;
            var slack = (1 - held.Target) / 2;
            var next = held;
            if (mean < held.Target - slack && held.Usual.OfFew < _start!.Usual.OfFew * TimesMax)
                next = held.Times(Up);
            else if (mean > held.Target + slack && held.Usual.OfFew * Down >= _start!.Usual.OfFew)
                next = held.Times(Down);
            (_last, _sum, _count) = (next, 0, 0);
            index.Held = next;
        }
    }
}
