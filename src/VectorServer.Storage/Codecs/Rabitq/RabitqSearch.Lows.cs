using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VectorServer.Storage.Codecs.Rabitq;

/// <content>Step 2, by all bits of the first lanes of a chunk.</content>
internal sealed unsafe partial class RabitqSearch
{
    private const int Ahead = 16; // lower bits are asked of memory so many rows before they are needed

    /// <summary>Where all bits are in planes: they are asked again, as more is known by now, for the estimates too.</summary>
    private int BoundBySide(int lanes)
    {
        var count = 0;
        var rounding = _at.Rounding(_tables.TableDeviation, _tables.TableError);
        for (var i = 0; i < lanes; i++)
        {
            var place = _rows.Places[i];
            var side = (float*)(_codes.Block(place / RabitqLayout.Rows) + layout.SideOffset) + place % RabitqLayout.Rows;
            var (factor, square) = (side[0], side[RabitqLayout.Rows]);
            var error = layout.HasError ? side[2 * RabitqLayout.Rows] : MathF.Sqrt(Math.Max(0, factor * factor * layout.CodeSquare - square));
            var (product, fromCode, fromRounding) = (factor * (_rows.Sum(place) * _tables.Level + _tables.Base), error * _at.ErrorShare, factor * rounding);
            var width = _at.AddsUp ? fromCode + fromRounding : RankLimit.Hypotenuse(Vector128.CreateScalar(fromCode), Vector128.CreateScalar(fromRounding))[0];
            AddRows(ref count, place, product, square, _at.Cost + square * _at.SquareWeight - _at.Weight * (product + width));
        }

        return count;
    }

    /// <summary>By the lower bits, four rows at a time.</summary>
    private int BoundByLows(int lanes)
    {
        if (!_hasBytes)
            _tables.FillBytes();
        _hasBytes = true;
        var places = _rows.Places;
        var rounding = _at.Rounding(_tables.Deviation, _tables.Error);
        var scale = 1 << layout.Low;
        var (level, constant) = (_tables.Level * scale, _tables.Base * scale + _tables.LowBase);
        var last = places[lanes - 1]; // in the place of lanes beyond the last
        var rows = stackalloc byte*[Ahead]; // a ring of the rows whose lower bits are on their way
        var end = (lanes + 3) / 4 * 4;
        for (var i = 0; i < Math.Min(end, Ahead); i++)
            rows[i] = Fetch(i < lanes ? places[i] : last);
        var count = 0;
        var at = 0; // of the ring
        for (var i = 0; i < lanes; i += 4)
        {
            byte* row0 = rows[at], row1 = rows[at + 1], row2 = rows[at + 2], row3 = rows[at + 3]; // the ring is whole fours
            for (var j = at; j < at + 4 && i + Ahead < end; j++)
                rows[j] = Fetch(i + Ahead + j - at < lanes ? places[i + Ahead + j - at] : last);
            at = (at + 4) % Ahead;
            var dots = LowScore.Dot(row0, row1, row2, row3, BytesPointer, layout);
            var (place0, place1, place2, place3) = (places[i], Place(1), Place(2), Place(3));
            var sides0 = Vector128.Create(*(double*)(row0 + layout.LowSideOffset), *(double*)(row1 + layout.LowSideOffset)).AsSingle();
            var sides1 = Vector128.Create(*(double*)(row2 + layout.LowSideOffset), *(double*)(row3 + layout.LowSideOffset)).AsSingle();
            var factors = Vector128.Create(sides0[0], sides0[2], sides1[0], sides1[2]);
            var errors = Vector128.Create(sides0[1], sides0[3], sides1[1], sides1[3]);
            if (Sse.IsSupported)
                (factors, errors) = (Sse.Shuffle(sides0, sides1, 0b10_00_10_00), Sse.Shuffle(sides0, sides1, 0b11_01_11_01));
            var sums = Vector128.ConvertToSingle(Vector128.Create(_rows.Sum(place0), _rows.Sum(place1), _rows.Sum(place2), _rows.Sum(place3)));
            var square = Vector128.Create(Square(place0), Square(place1), Square(place2), Square(place3));
            var products = factors * (sums * level + Vector128.ConvertToSingle(dots) * _tables.LowLevel + Vector128.Create(constant));
            var (fromCode, fromRounding) = (errors * _at.ErrorShare, factors * rounding);
            var width = _at.AddsUp ? fromCode + fromRounding : RankLimit.Hypotenuse(fromCode, fromRounding);
            var least = Vector128.Create(_at.Cost) + square * _at.SquareWeight - (products + width) * _at.Weight;
            var kept = ~Vector128.GreaterThan(least, Vector128.Create(_at.Limit)).ExtractMostSignificantBits() & 15;
            kept &= lanes - i < 4 ? (1u << (lanes - i)) - 1 : 15;
            for (; kept != 0; kept &= kept - 1)
            {
                var j = BitOperations.TrailingZeroCount(kept);
                AddRows(ref count, places[i + j], products[j], square[j], least[j]);
            }

            int Place(int j) => i + j < lanes ? places[i + j] : last;
        }

        return count;
    }

    /// <summary>The residual's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float Square(int place) =>
        ((float*)(_codes.Block(place / RabitqLayout.Rows) + layout.SideOffset))[RabitqLayout.Rows + place % RabitqLayout.Rows];

    /// <summary>Asks memory for the lower bits of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Fetch(int place)
    {
        var row = _codes.Low(place);
        if (Sse.IsSupported)
        {
            for (var at = 0; at < layout.LowBytes; at += 64)
                Sse.Prefetch0(row + at);
            Sse.Prefetch0(row + layout.LowSideOffset);
        }

        return row;
    }
}
