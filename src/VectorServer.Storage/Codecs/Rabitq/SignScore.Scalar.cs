using System.Runtime.Intrinsics;

namespace VectorServer.Storage.Codecs.Rabitq;

internal static unsafe partial class SignScore
{
    /// <summary>The definition.</summary>
    internal static void BlockScalar(byte* block, byte* table, int loads, int planes, out Vector512<int> low, out Vector512<int> high)
    {
        Span<int> sums = stackalloc int[RabitqLayout.Rows];
        var groups = loads * (RabitqLayout.CoordinatesPerLoad / RabitqLayout.GroupCoordinates);
        for (var row = 0; row < sums.Length; row++)
        {
            for (var plane = 0; plane < planes; plane++)
            {
                sums[row] *= 2;
                for (var group = 0; group < groups; group++)
                {
                    var code = block[plane * loads * RabitqLayout.LoadBytes + 16 * group + RabitqLayout.ByteOf(row)] >> (row / 16 * 4);
                    sums[row] += table[16 * group + (code & 15)];
                }
            }
        }

        low = Vector512.Create<int>(sums);
        high = Vector512.Create<int>(sums[16..]);
    }
}
