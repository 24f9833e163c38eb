using System.Text.RegularExpressions;

namespace VectorServer.Storage.Tests;

/// <summary>Rules of the source code itself. ARCHITECTURE.md shows the same floors.</summary>
public sealed partial class TidyTests
{
    private const int LineLengthMax = 180;

    /// <summary>Rooms from the ground up: each uses those before it, and its own.</summary>
    private static readonly string[] EngineFloors =
    [
        "Model", "IO", "Memory", "Scoring", "Sparse", "Filters", "Surface", "Codecs", "Npy", "Metadata", "Ann", "Columns", "Wal", "Namespaces",
        "Query", "Integrity", "Registry", "Backups", "",
    ];

    private static readonly string Sources = Path.Combine(RepositoryRoot(), "src");

    private static readonly List<SourceFile> Engine = FilesOf("VectorServer.Storage");

    public static TheoryData<string> Rooms => [.. EngineFloors];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Rooms_of_the_engine_use_those_below_them_only(string room)
    {
        var types = Engine.SelectMany(file => file.Types.Select(type => (Type: type, file.Namespace, file.Room))).Distinct().ToLookup(one => one.Type);
        var own = Array.IndexOf(EngineFloors, room);

        var upward =
            from file in Engine
            where file.Room == room
            from word in file.Words
            let seen = types[word].Where(type => file.Sees(type.Namespace)).ToArray()
            where seen.Length > 0 && seen.All(type => Array.IndexOf(EngineFloors, type.Room) > own)
            select $"{file.Path}: {word}";

        Assert.Equal([], upward);
    }

    [Fact]
    public void ARCHITECTURE_shows_the_same_floors()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryRoot(), "ARCHITECTURE.md"));

        Assert.Contains(string.Join(" -> ", EngineFloors[..^1]) + " -> VectorEngine", Space().Replace(page, " "), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_room_of_the_engine_has_its_floor() =>
        Assert.Equal([], Engine.Select(file => file.Room).Distinct().Except(EngineFloors));

    [Fact]
    public void Every_kernel_stands_beside_its_plain_twin()
    {
        var kernels = Directory.EnumerateFiles(Sources, "*.cs", SearchOption.AllDirectories)
            .Where(path => WideKernel().IsMatch(path))
            .Select(path => WideKernel().Replace(path, ".Scalar.cs"));

        Assert.Equal([], kernels.Where(twin => !File.Exists(twin)));
    }

    [Fact]
    public void No_clock_is_read_directly() =>
        Assert.Equal([], Lines().Where(line => ClockRead().IsMatch(line.Text)).Select(line => line.Place));

    [Fact]
    public void Lines_are_not_too_long() =>
        Assert.Equal([], Lines().Where(line => line.Text.Length > LineLengthMax).Select(line => line.Place));

    [Fact]
    public void The_engine_knows_nothing_of_the_host() =>
        Assert.DoesNotContain(
            typeof(VectorEngine).Assembly.GetReferencedAssemblies(), name => name.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));

    private static IEnumerable<(string Place, string Text)> Lines() =>
        from path in Directory.EnumerateFiles(Sources, "*.cs", SearchOption.AllDirectories)
        from line in File.ReadLines(path).Index()
        select ($"{Path.GetRelativePath(Sources, path)}:{line.Index + 1}", line.Item);

    private static List<SourceFile> FilesOf(string project)
    {
        var root = Path.Combine(Sources, project);
        return
        [
            .. from path in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
               let relative = Path.GetRelativePath(root, path).Replace('\\', '/')
               let code = Strings().Replace(Comment().Replace(File.ReadAllText(path), ""), "\"\"")
               select new SourceFile(
                   relative,
                   relative.Contains('/', StringComparison.Ordinal) ? relative[..relative.IndexOf('/', StringComparison.Ordinal)] : "",
                   NamespaceLine().Match(code).Groups[1].Value,
                   [.. UsingLine().Matches(code).Select(match => match.Groups[1].Value)],
                   [.. Declaration().Matches(code).Select(match => match.Groups[1].Value)],
                   [.. Word().Matches(code).Select(match => match.Value)]),
        ];
    }

    private static string RepositoryRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "VectorServer.sln")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new DirectoryNotFoundException("The tests run outside of the repository");
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [GeneratedRegex(@"^[ \t]*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex("""(?<!\$)"(?:\\.|[^"\\\n])*"(?!")""")]
    private static partial Regex Strings();

    [GeneratedRegex(
        @"^(?:(?:public|internal|static|sealed|abstract|readonly|partial|ref|unsafe) )*(?:class|struct|interface|enum|record(?: struct| class)?|delegate [\w<>\[\]?]+) ([A-Z]\w*)",
        RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^using ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*(?![\w])")]
    private static partial Regex Word();

    [GeneratedRegex(@"\.(?:Avx2|Avx512)\.cs$")]
    private static partial Regex WideKernel();

    [GeneratedRegex(@"\bDateTime(?:Offset)?\.(?:Utc)?Now\b|\bEnvironment\.TickCount|TimeProvider\.System\.Get")]
    private static partial Regex ClockRead();

    /// <param name="Path">Below its project.</param>
    /// <param name="Room">Its first folder; empty for none.</param>
    /// <param name="Namespace">Of its types.</param>
    /// <param name="Usings">Namespaces that it names.</param>
    /// <param name="Types">Declared in it, nested ones left out.</param>
    /// <param name="Words">Names that it uses.</param>
    private sealed record SourceFile(string Path, string Room, string Namespace, string[] Usings, string[] Types, HashSet<string> Words)
    {
        public bool Sees(string other) =>
            Usings.Contains(other) || Namespace == other || Namespace.StartsWith(other + '.', StringComparison.Ordinal);
    }
}
