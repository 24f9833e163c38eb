using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace VectorServer.Api.Tests.Addressing;

/// <summary>Over real sockets: what a client sees of the ports of indexes.</summary>
public sealed class IndexPortTests
{
    private const string ServerlessSpec = """{"serverless":{"cloud":"aws","region":"us-east-1"}}""";

    [Fact]
    public async Task An_index_is_reachable_at_its_host_when_the_create_answers()
    {
        await using var server = TestServer.Listen(null, ("IndexPorts", "17400-17409"));

        for (var i = 0; i < 3; i++)
        {
            var host = await CreateAsync(server, $"docs-{i}");
            Assert.Equal(200, await StatusAsync($"{host}/healthz"));
        }
    }

    [Fact]
    public async Task The_port_of_an_index_serves_the_data_plane_only()
    {
        await using var server = TestServer.Listen(null, ("IndexPorts", "17410-17419"));
        var host = await CreateAsync(server, "docs");

        Assert.Equal(404, await StatusAsync($"{host}/indexes"));
        Assert.Equal(404, await StatusAsync($"{host}/backups"));
        Assert.Equal(200, await StatusAsync($"{host}/bulk/imports"));
    }

    [Fact]
    public async Task Deleting_an_index_closes_its_port_and_no_other()
    {
        await using var server = TestServer.Listen(null, ("IndexPorts", "17420-17429"));
        var first = await CreateAsync(server, "first");
        var second = await CreateAsync(server, "second");

        await server.DeleteAsync("/indexes/first");

        await WaitUntilClosedAsync(first);
        Assert.Equal(200, await StatusAsync($"{second}/healthz"));
    }

    [Fact]
    public async Task Nothing_is_kept_of_a_port_that_was_closed()
    {
        await using var server = TestServer.Listen(null, ("IndexPorts", "17480-17480"));
        var opened = new ConcurrentBag<WeakReference>();
        var kestrel = server.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value;
        kestrel.ConfigurationLoader!.Endpoint("index-17480-InterNetwork", endpoint => opened.Add(new WeakReference(endpoint.ConfigSection)));

        for (var i = 0; i < 3; i++)
        {
            var host = await CreateAsync(server, "docs");
            await server.DeleteAsync("/indexes/docs");
            await WaitUntilClosedAsync(host);
        }

        Assert.Equal(3, opened.Count);
        for (var attempt = 0; attempt < 500 && opened.Any(part => part.IsAlive); attempt++)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
            GC.Collect();
        }

        Assert.DoesNotContain(opened, part => part.IsAlive);
    }

    [Fact]
    public async Task An_index_that_becomes_the_one_of_the_settings_moves_to_the_main_port()
    {
        var directory = Directory.CreateTempSubdirectory("vectorserver-").FullName;
        try
        {
            await using (var server = TestServer.Listen(directory, ("IndexPorts", "17490-17499")))
                await CreateAsync(server, "default");

            await using (var server = TestServer.Listen(directory, ("IndexPorts", "17490-17499"), ("IndexType", "serverless"), ("Dimension", "3")))
            {
                var host = (await server.GetAsync("/indexes/default")).Json.GetProperty("host").GetString();
                Assert.Equal(server.Client.BaseAddress!.Port, new Uri(host!).Port);
                Assert.Equal(200, await StatusAsync($"{host}/vectors/list"));
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task An_index_keeps_its_port_across_restarts()
    {
        var directory = Directory.CreateTempSubdirectory("vectorserver-").FullName;
        try
        {
            string second;
            await using (var server = TestServer.Listen(directory, ("IndexPorts", "17430-17439")))
            {
                await CreateAsync(server, "first");
                second = await CreateAsync(server, "second");
                await server.DeleteAsync("/indexes/first");
            }

            await using var restarted = TestServer.Listen(directory, ("IndexPorts", "17430-17439"));

            Assert.Equal(second, await HostAsync(restarted, "second"));
            Assert.Equal(200, await StatusAsync($"{second}/healthz"));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task A_port_that_another_process_holds_is_skipped()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 17440);
        holder.Start();
        await using var server = TestServer.Listen(null, ("IndexPorts", "17440-17441"));

        var host = await CreateAsync(server, "docs");

        Assert.EndsWith(":17441", host, StringComparison.Ordinal);
        Assert.Equal(200, await StatusAsync($"{host}/healthz"));
    }

    [Fact]
    public async Task Ports_taken_by_other_processes_are_told_from_a_range_that_is_full()
    {
        using var data = new TempData();
        using (var holder = new TcpListener(IPAddress.Loopback, 17442))
        {
            holder.Start();
            await using var server = TestServer.Listen(data.Path, ("IndexPorts", "17442-17443"));
            await CreateAsync(server, "one");
            var partly = await RefusalAsync(server);
            Assert.Contains("No port of the index port range 17442-17443 is free: 1 are taken by other processes, 1 given to indexes.", partly, StringComparison.Ordinal);
            Assert.Contains("VECTORSERVER_INDEX_PORTS", partly, StringComparison.Ordinal);

            await server.DeleteAsync("/indexes/one");
            await using var other = TestServer.Listen(null, ("IndexPorts", "17442-17442"));
            var none = await RefusalAsync(other);
            Assert.Contains("1 are taken by other processes.", none, StringComparison.Ordinal);
            Assert.DoesNotContain("delete an index", none, StringComparison.Ordinal);
        }

        await using var full = TestServer.Listen(data.Path, ("IndexPorts", "17442-17442"));
        await CreateAsync(full, "one");
        Assert.Contains("All 1 ports of the index port range 17442-17442 are given to indexes: delete an index, or widen", await RefusalAsync(full), StringComparison.Ordinal);

        static async Task<string> RefusalAsync(TestServer server)
        {
            var refused = await server.PostAsync("/indexes", $$"""{"name":"more","dimension":3,"spec":{{ServerlessSpec}}}""");
            Assert.Equal(403, refused.Status);
            return refused.Json.GetProperty("error").GetProperty("message").GetString()!;
        }
    }

    [Fact]
    public async Task A_port_lost_to_another_process_while_the_server_was_down_is_replaced()
    {
        var directory = Directory.CreateTempSubdirectory("vectorserver-").FullName;
        try
        {
            await using (var server = TestServer.Listen(directory, ("IndexPorts", "17450-17451")))
                await CreateAsync(server, "docs");
            using var holder = new TcpListener(IPAddress.Loopback, 17450);
            holder.Start();

            await using var restarted = TestServer.Listen(directory, ("IndexPorts", "17450-17451"));
            var host = await HostAsync(restarted, "docs");

            Assert.EndsWith(":17451", host, StringComparison.Ordinal);
            Assert.Equal(200, await StatusAsync($"{host}/healthz"));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task A_port_lost_to_another_process_moves_no_other_index()
    {
        using var data = new TempData();
        var hosts = new List<string>();
        await using (var server = TestServer.Listen(data.Path, ("IndexPorts", "17484-17489")))
        {
            foreach (var name in (string[])["first", "second", "third"])
                hosts.Add(await CreateAsync(server, name));
        }

        using var holder = new TcpListener(IPAddress.Loopback, new Uri(hosts[0]).Port);
        holder.Start();

        await using var restarted = TestServer.Listen(data.Path, ("IndexPorts", "17484-17489"));
        Assert.Equal(hosts[1], await HostAsync(restarted, "second"));
        Assert.Equal(hosts[2], await HostAsync(restarted, "third"));
        Assert.DoesNotContain(await HostAsync(restarted, "first"), hosts);
    }

    [Fact]
    public async Task Indexes_created_at_the_same_time_get_different_ports()
    {
        await using var server = TestServer.Listen(null, ("IndexPorts", "17460-17469"));

        var hosts = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => CreateAsync(server, $"docs-{i}")));

        Assert.Distinct(hosts);
        foreach (var host in hosts)
            Assert.Equal(200, await StatusAsync($"{host}/healthz"));
    }

    [Fact]
    public async Task A_request_line_with_a_thousand_long_ids_is_read()
    {
        await using var server = TestServer.Listen(null, ("IndexPorts", "17470-17479"));
        var ids = string.Join('&', Enumerable.Range(0, 1000).Select(i => $"ids={i:D512}"));

        var answer = await server.GetAsync($"/indexes/docs/bulk/imports?{ids}");

        Assert.Equal("Index docs not found.", answer.Json.GetProperty("message").GetString());
    }

    private static async Task<string> CreateAsync(TestServer server, string name)
    {
        var answer = await server.PostAsync("/indexes", $$"""{"name":"{{name}}","dimension":3,"spec":{{ServerlessSpec}}}""");
        Assert.Equal(201, answer.Status);
        return answer.Json.GetProperty("host").GetString()!;
    }

    private static async Task<string> HostAsync(TestServer server, string name) =>
        (await server.GetAsync($"/indexes/{name}")).Json.GetProperty("host").GetString()!;

    private static async Task<int> StatusAsync(string url)
    {
        using var client = new HttpClient();
        using var response = await client.GetAsync(new Uri(url));
        return (int)response.StatusCode;
    }

    // The server answers the delete first and closes the port then.
    private static async Task WaitUntilClosedAsync(string host)
    {
        for (var attempt = 0; attempt < 500; attempt++)
        {
            try
            {
                await StatusAsync($"{host}/healthz");
            }
            catch (HttpRequestException)
            {
                return;
            }

            await Task.Delay(20);
        }

        Assert.Fail($"{host} still answers");
    }
}
