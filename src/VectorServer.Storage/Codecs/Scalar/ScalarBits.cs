namespace VectorServer.Storage.Codecs.Scalar;

/// <summary>The width of a level, for kernels that the JIT compiles once for each.</summary>
internal interface IScalarBits
{
    /// <summary>Bits of a level.</summary>
    static abstract int Bits { get; }

    /// <summary>Groups whose products an int16 holds: <c>groups * fields * 2 * levelMax * queryMax &lt;= 32,767</c>.</summary>
    static abstract int GroupsPerSum { get; }
}

internal readonly struct OneBit : IScalarBits
{
    public static int Bits => 1;

    public static int GroupsPerSum => 16;
}

internal readonly struct TwoBits : IScalarBits
{
    public static int Bits => 2;

    public static int GroupsPerSum => 8;
}

internal readonly struct FourBits : IScalarBits
{
    public static int Bits => 4;

    public static int GroupsPerSum => 4;
}

internal readonly struct EightBits : IScalarBits
{
    public static int Bits => 8;

    public static int GroupsPerSum => 1;
}
