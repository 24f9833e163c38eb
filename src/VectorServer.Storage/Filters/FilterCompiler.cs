namespace VectorServer.Storage.Filters;

/// <summary>Turns a filter into a condition of SQL on <c>records r</c>.</summary>
internal static class FilterCompiler
{
    /// <param name="filter">What to compile.</param>
    /// <param name="firstParameter">The number of the first free parameter: <c>?1</c> is 1.</param>
    public static CompiledFilter Compile(Filter filter, int firstParameter) => throw new NotImplementedException();
}
