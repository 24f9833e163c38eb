using System.Text;
using System.Text.Json;

namespace VectorServer.Api.Tests.Bulk;

/// <summary>What is read from files, and what of it is left out.</summary>
public sealed class ImportFilesTests
{
    private const string Good = """{"id": "good", "values": [1, 2]}""";

    [Fact]
    public async Task Lines_take_both_spellings_and_metadata_as_an_object_or_as_text()
    {
        await using var bulk = await BulkServer.StartAsync(metric: "dotproduct");
        bulk.Write("set/ns/1.jsonl", "\uFEFF" + """
            {"id": "a", "values": [1, 2], "sparse_values": {"indices": [3, 1], "values": [0.5, 0.25]}, "metadata": {"n": 1}}

            {"id": "b", "values": [1, 2], "sparseValues": {"indices": [4], "values": [1]}, "metadata": "{\"n\": 1, \"tags\": [\"x\"]}"}
            {"id": "c", "values": [1, 2], "sparse_values": null, "metadata": ""}
            {"id": "d", "values": [1, 2], "metadata": null}
            """.ReplaceLineEndings("\r\n"));

        var job = await bulk.ImportAsync("set", "abort");

        Assert.True(job.GetProperty("recordsImported").GetInt64() == 4, job.GetRawText());
        var vectors = (await bulk.GetAsync("/vectors/fetch?namespace=ns&ids=a&ids=b&ids=c")).Json.GetProperty("vectors");
        JsonAssert.Equal("""{"id": "a", "values": [1, 2], "sparseValues": {"indices": [1, 3], "values": [0.25, 0.5]}, "metadata": {"n": 1}}""", vectors.GetProperty("a"));
        JsonAssert.Equal("""{"id": "b", "values": [1, 2], "sparseValues": {"indices": [4], "values": [1]}, "metadata": {"n": 1, "tags": ["x"]}}""", vectors.GetProperty("b"));
        JsonAssert.Equal("""{"id": "c", "values": [1, 2]}""", vectors.GetProperty("c"));
    }

    [Fact]
    public async Task NumPy_rows_meet_their_lines_in_every_type_of_number()
    {
        await using var bulk = await BulkServer.StartAsync();
        bulk.Write("set/ns/f2.npy", BulkServer.Npy<Half>("<f2", "(1, 2)", [(Half)1, (Half)0.5]));
        bulk.Write("set/ns/f2.jsonl", """{"id": "f2"}""");
        bulk.Write("set/ns/f4.npy", BulkServer.Npy<float>("<f4", "(2, 2)", [1, -0f, float.Epsilon, 1]));
        bulk.Write("set/ns/f4.jsonl", "{\"id\": \"f4\", \"metadata\": {\"n\": 1}}\n\n{\"id\": \"f4b\", \"values\": []}\n");
        bulk.Write("set/ns/f8.npy", BulkServer.Npy<double>("<f8", "(1, 2)", [0.1, 2]));
        bulk.Write("set/ns/f8.jsonl", """{"id": "f8"}""");
        bulk.Write("set/ns/none.npy", BulkServer.Npy<float>("<f4", "(0, 2)", []));
        bulk.Write("set/ns/none.jsonl", "");

        var job = await bulk.ImportAsync("set", "abort");

        Assert.True(job.GetProperty("recordsImported").GetInt64() == 4, job.GetRawText());
        var vectors = (await bulk.GetAsync("/vectors/fetch?namespace=ns&ids=f2&ids=f4&ids=f4b&ids=f8")).Json.GetProperty("vectors");
        JsonAssert.Equal("""{"id": "f4", "values": [1, -0], "metadata": {"n": 1}}""", vectors.GetProperty("f4"));
        Assert.Equal("[1,0.5]", vectors.GetProperty("f2").GetProperty("values").GetRawText());
        Assert.Equal("[1E-45,1]", vectors.GetProperty("f4b").GetProperty("values").GetRawText());
        Assert.Equal("[0.1,2]", vectors.GetProperty("f8").GetProperty("values").GetRawText());
    }

    [Fact]
    public async Task Of_an_id_twice_the_later_record_stays()
    {
        await using var bulk = await BulkServer.StartAsync();
        bulk.Write("set/ns/1.jsonl", """{"id": "a", "values": [1, 1]}""" + "\n" + """{"id": "a", "values": [2, 2]}""");
        bulk.Write("set/ns/2.jsonl", """{"id": "a", "values": [3, 3]}""");

        var job = await bulk.ImportAsync("set");

        Assert.Equal(3, job.GetProperty("recordsImported").GetInt64());
        Assert.Contains("[3,3]", (await bulk.GetAsync("/vectors/fetch?namespace=ns&ids=a")).Body);
    }

    [Theory]
    [InlineData("""{"id": "bad", "values": [1, 2""", "not valid JSON")]
    [InlineData("""{"id": "bad", "values": [1, 2, 3]}""", "Vector dimension 3 does not match the dimension of the index 2")]
    [InlineData("""{"id": "bad"}""", "Vector dimension 0")]
    [InlineData("""{"id": "bad", "values": [1, 1e400]}""", "must be finite")]
    [InlineData("""{"id": "bad", "values": [0, 0]}""", "at least one non-zero value")]
    [InlineData("""{"id": "bad", "values": "1, 2"}""", "values: expected an array of numbers, got a string")]
    [InlineData("""{"id": 7, "values": [1, 2]}""", "id: expected a string, got '7'")]
    [InlineData("""{"values": [1, 2]}""", "id is required")]
    [InlineData("""{"id": "", "values": [1, 2]}""", "1 to 512 characters")]
    [InlineData("""{"id": "ü", "values": [1, 2]}""", "ASCII")]
    [InlineData("""{"id": "bad", "values": [1, 2], "metadata": {"nested": {"a": 1}}}""", "for field 'nested'")]
    [InlineData("""{"id": "bad", "values": [1, 2], "metadata": "{\"a\": {}}"}""", "for field 'a'")]
    [InlineData("""{"id": "bad", "values": [1, 2], "metadata": "no JSON"}""", "not valid JSON")]
    [InlineData("""{"id": "bad", "values": [1, 2], "metadata": 7}""", "Metadata must be an object")]
    [InlineData("""{"id": "bad", "values": [1, 2], "metadata": {"n": 1e400}}""", "for field 'n'")]
    [InlineData("""{"id": "bad", "values": [1, 2], "metadata": {"s": "\ud800"}}""", "well-formed Unicode")]
    [InlineData("""{"id": "bad", "values": [1, 2], "metadata": "\ud800"}""", "metadata: invalid type or value")]
    [InlineData("""{"id": "\ud800", "values": [1, 2]}""", "id")]
    [InlineData("""{"id": "bad", "values": [1, 2], "sparse_values": {"indices": [1, 1], "values": [1, 2]}}""", "duplicate indices")]
    [InlineData("null", "must be a JSON object")]
    [InlineData("[]", "not valid JSON")]
    public async Task A_line_that_is_no_record_is_left_out_or_ends_the_import(string line, string problem)
    {
        await using var bulk = await BulkServer.StartAsync();
        bulk.Write("set/ns/1.jsonl", Good + "\n" + line);

        await AssertBadAsync(bulk, "ns/1.jsonl, line 2: ", problem, imported: 1);
    }

    [Fact]
    public async Task Bytes_that_are_not_UTF_8_and_lines_without_end_are_left_out()
    {
        await using var bulk = await BulkServer.StartAsync();
        bulk.Write("set/ns/1.jsonl", [.. "{\"id\": \"bad\", \"values\": [1, 2], \"metadata\": {\"s\": \"\xFF"u8[..^2], 0xFF, .. "\"}}\n"u8, .. Encoding.UTF8.GetBytes(Good)]);
        bulk.Write("set/ns/2.jsonl", new string('x', 9_000_000) + "\n" + """{"id": "after", "values": [1, 2]}""");

        var job = await bulk.ImportAsync("set");

        Assert.Equal("""{"importSuccesses":2,"importErrors":2}""", job.GetProperty("validationResult").GetRawText());
        Assert.Contains("ns/1.jsonl, line 1: not valid UTF-8", job.GetProperty("error").GetString());
        Assert.Equal("after good", await bulk.IdsAsync("ns"));
    }

    [Fact]
    public async Task A_broken_file_among_five_is_skipped_or_ends_the_import()
    {
        await using var bulk = await BulkServer.StartAsync();
        for (var i = 1; i <= 5; i++)
        {
            bulk.Write($"set/ns/{i}.npy", BulkServer.Npy<float>("<f4", i == 3 ? "(9, 2)" : "(1, 2)", [1, i]));
            bulk.Write($"set/ns/{i}.jsonl", $$"""{"id": "r{{i}}"}""");
        }

        await AssertBadAsync(bulk, "ns/3.jsonl: ", "its header says", imported: 4);

        Assert.Equal("r1 r2 r4 r5", await bulk.IdsAsync("ns"));
    }

    [Theory]
    [InlineData("<f4", "(2, 2)", false, "bytes, its header says")]
    [InlineData("<f4", "(99999999999999, 2)", false, "bytes, its header says")]
    [InlineData("<f4", "(0, 2)", false, "bytes, its header says")]
    [InlineData("<f4", "(1, 2)", true, "C order")]
    [InlineData(">f4", "(1, 2)", false, "got '>f4'")]
    [InlineData("<i4", "(1, 2)", false, "got '<i4'")]
    [InlineData("|O", "(1, 2)", false, "got '|O'")]
    [InlineData("<f4", "(2, 1)", false, "rows of 1 components, the index has the dimension 2")]
    [InlineData("<f4", "(2,)", false, "matrix of two dimensions")]
    [InlineData("<f4", "(1, 2, 1)", false, "matrix of two dimensions")]
    [InlineData("<f4", "(1, -2)", false, "matrix of two dimensions")]
    public async Task A_NumPy_file_that_is_not_a_matrix_of_the_index_is_left_out_whole(string type, string shape, bool fortran, string problem)
    {
        await using var bulk = await BulkServer.StartAsync();
        bulk.Write("set/ns/0.jsonl", Good);
        bulk.Write("set/ns/1.npy", BulkServer.Npy<float>(type, shape, [1, 2], fortran));
        bulk.Write("set/ns/1.jsonl", """{"id": "a"}""");

        await AssertBadAsync(bulk, "ns/1.jsonl: ", problem, imported: 1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u0093NUMPY")]
    [InlineData("this is no NumPy file at all, but long enough to be one of them")]
    public async Task Bytes_that_do_not_begin_as_a_NumPy_file_are_left_out(string bytes)
    {
        await using var bulk = await BulkServer.StartAsync();
        bulk.Write("set/ns/0.jsonl", Good);
        bulk.Write("set/ns/1.npy", Encoding.Latin1.GetBytes(bytes));
        bulk.Write("set/ns/1.jsonl", """{"id": "a"}""");

        await AssertBadAsync(bulk, "ns/1.jsonl: ", "does not begin as one", imported: 1);
    }

    [Theory]
    [InlineData("{\"id\": \"a\"}", "1 lines for the 2 rows")]
    [InlineData("{\"id\": \"a\"}\n{\"id\": \"b\"}\n{\"id\": \"c\"}", "3 lines for the 2 rows")]
    [InlineData("", "0 lines for the 2 rows")]
    public async Task Rows_and_lines_that_do_not_match_in_number_are_left_out_whole(string lines, string problem)
    {
        await using var bulk = await BulkServer.StartAsync();
        bulk.Write("set/ns/0.jsonl", Good);
        bulk.Write("set/ns/1.npy", BulkServer.Npy<float>("<f4", "(2, 2)", [1, 2, 3, 4]));
        bulk.Write("set/ns/1.jsonl", lines);

        await AssertBadAsync(bulk, "ns/1.jsonl: ", problem, imported: 1);
    }

    [Fact]
    public async Task A_bad_row_or_line_of_a_pair_is_left_out_alone()
    {
        await using var bulk = await BulkServer.StartAsync();
        bulk.Write("set/ns/1.npy", BulkServer.Npy<float>("<f4", "(4, 2)", [1, 1, float.NaN, 2, 3, 3, 4, 4]));
        bulk.Write("set/ns/1.jsonl", "{\"id\": \"a\"}\n{\"id\": \"nan\"}\n{\"id\": \"both\", \"values\": [1, 2]}\n{\"id\": \"d\"}\n");

        var job = await bulk.ImportAsync("set");

        Assert.Equal("""{"importSuccesses":2,"importErrors":2}""", job.GetProperty("validationResult").GetRawText());
        Assert.Contains("[4,4]", (await bulk.GetAsync("/vectors/fetch?namespace=ns&ids=d")).Body);
        Assert.Equal("a d", await bulk.IdsAsync("ns"));
    }

    /// <summary>Both error modes of the same directory: first the one that stops, then the one that goes on.</summary>
    private static async Task AssertBadAsync(BulkServer bulk, string place, string problem, int imported)
    {
        var aborted = await bulk.ImportAsync("set", "abort");
        var before = (await bulk.GetAsync("/describe_index_stats")).Json.GetProperty("totalVectorCount").GetInt32();
        var continued = await bulk.ImportAsync("set", "continue");

        AssertEnd(aborted, "Failed", 0, place, problem);
        Assert.StartsWith(place, aborted.GetProperty("error").GetString());
        Assert.Equal(0, before);
        AssertEnd(continued, "Completed", imported, place, problem);
    }

    private static void AssertEnd(JsonElement job, string status, int imported, string place, string problem)
    {
        Assert.True(job.GetProperty("status").GetString() == status, job.GetRawText());
        Assert.Equal($$"""{"importSuccesses":{{imported}},"importErrors":1}""", job.GetProperty("validationResult").GetRawText());
        Assert.Contains(place, job.GetProperty("error").GetString());
        Assert.Contains(problem, job.GetProperty("error").GetString());
    }
}
