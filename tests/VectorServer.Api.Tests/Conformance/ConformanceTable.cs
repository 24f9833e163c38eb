using System.Text;
using VectorServer.Api.Wire;

namespace VectorServer.Api.Tests.Conformance;

/// <summary>The table of conformance in docs/compatibility.md, between its markers.</summary>
internal static class ConformanceTable
{
    private const string Begin = "<!-- conformance -->\n";
    private const string End = "<!-- /conformance -->";

    private static readonly string Path = Sdk.Tests.Repository.PathOf("docs", "compatibility.md");

    public static string Render(Findings findings)
    {
        var table = new StringBuilder();
        table.Append("| Version | Family | Control | Data | Inference | Total |\n|---|---|---:|---:|---:|---:|\n");
        foreach (var version in findings.Outcomes.GroupBy(outcome => outcome.Version))
        {
            var areas = Enum.GetValues<Area>().Select(area => Share(version.Where(outcome => outcome.Operation.Area == area)));
            table.Append(System.Globalization.CultureInfo.InvariantCulture, $"| {version.Key} | {FamilyOf(version.Key)} | {string.Join(" | ", areas)} | {Share(version)} |\n");
        }

        table.Append("\n| gRPC service | Methods |\n|---|---:|\n");
        foreach (var service in findings.Grpc.GroupBy(outcome => outcome.Service))
            table.Append(System.Globalization.CultureInfo.InvariantCulture, $"| `{service.Key}` | {service.Count(outcome => outcome.Problem is null)} of {service.Count()} |\n");
        return table.ToString();
    }

    /// <summary>What the page says now.</summary>
    public static string Read()
    {
        var (page, begin, end) = Find();
        return page[begin..end];
    }

    public static void Write(string table)
    {
        var (page, begin, end) = Find();
        File.WriteAllText(Path, page[..begin] + table + page[end..]);
    }

    private static (string Page, int Begin, int End) Find()
    {
        var page = File.ReadAllText(Path);
        var begin = page.IndexOf(Begin, StringComparison.Ordinal);
        Assert.True(begin >= 0, $"docs/compatibility.md has no line {Begin}");
        return (page, begin + Begin.Length, page.IndexOf(End, begin, StringComparison.Ordinal));
    }

    private static string Share(IEnumerable<Outcome> outcomes)
    {
        var all = outcomes.ToList();
        return all.Count == 0 ? "" : $"{all.Count(outcome => outcome.Passed)} of {all.Count}";
    }

    private static string FamilyOf(string version) => ApiVersion.FamilyOf(version) switch
    {
        ApiFamily.Classic => "classic",
        ApiFamily.ReadCapacity => "classic with `read_capacity`",
        _ => "schema",
    };
}
