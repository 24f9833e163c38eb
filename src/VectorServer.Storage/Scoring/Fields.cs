namespace VectorServer.Storage.Scoring;

/// <summary>How many lanes of a register a short row takes. Implemented by empty structs, as <see cref="IRowKernel"/> is.</summary>
internal interface IField
{
    static abstract int Lanes { get; }
}

internal readonly struct Field1 : IField
{
    public static int Lanes => 1;
}

internal readonly struct Field2 : IField
{
    public static int Lanes => 2;
}

internal readonly struct Field4 : IField
{
    public static int Lanes => 4;
}

internal readonly struct Field8 : IField
{
    public static int Lanes => 8;
}

internal readonly struct Field16 : IField
{
    public static int Lanes => 16;
}
