using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using VectorServer.Api.Auth;

namespace VectorServer.Api.Tests.Auth;

public sealed class LockoutTests
{
    private const int FailuresMax = 20; // by default

    private static readonly IPAddress Attacker = IPAddress.Parse("192.0.2.7");
    private static readonly AccessKey Key = new("app", KeyRole.Read, []);

    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch.AddYears(50));
    private readonly Lockout _lockout;

    public LockoutTests() => _lockout = new Lockout(FailuresMax, _time);

    [Fact]
    public void After_too_many_wrong_keys_an_address_is_shut_out_for_a_while()
    {
        Fail(Attacker, FailuresMax);

        Assert.Equal(Lockout.LockedFor, _lockout.Fail(Attacker, out _));
        Assert.Equal(Lockout.LockedFor, _lockout.Delay(Attacker, Key));
        Assert.Null(_lockout.Delay(IPAddress.Parse("192.0.2.8"), Key));

        _time.Advance(Lockout.LockedFor);
        Assert.Null(_lockout.Fail(Attacker, out _));
        Assert.Null(_lockout.Delay(Attacker, Key));
    }

    [Fact]
    public void Wrong_keys_now_and_then_shut_nobody_out()
    {
        for (var i = 0; i < 10; i++)
        {
            Fail(Attacker, FailuresMax - 1);
            _time.Advance(Lockout.Window + TimeSpan.FromSeconds(1));
        }

        Assert.Null(_lockout.Fail(Attacker, out _));
    }

    [Fact]
    public void A_key_used_from_there_before_stays_good_and_another_one_does_not()
    {
        Assert.Null(_lockout.Delay(Attacker, Key));
        Fail(Attacker, FailuresMax);

        Assert.Null(_lockout.Delay(Attacker, Key));
        Assert.NotNull(_lockout.Delay(Attacker, Key with { Name = "guessed" }));
    }

    [Fact]
    public void On_this_machine_a_right_key_is_always_good()
    {
        Fail(IPAddress.IPv6Loopback, FailuresMax);

        Assert.NotNull(_lockout.Fail(IPAddress.IPv6Loopback, out _));
        Assert.Null(_lockout.Delay(IPAddress.IPv6Loopback, Key));
    }

    [Fact]
    public async Task On_this_machine_a_wrong_key_is_401_however_often()
    {
        await using var server = KeyedServer.Start();

        for (var i = 0; i < 2 * FailuresMax; i++)
            Assert.Equal(401, (await server.GetAsync("nobody", "/indexes")).Status);
    }

    [Fact]
    public void An_IPv6_network_is_one_client()
    {
        for (var i = 1; i <= FailuresMax; i++)
            _lockout.Fail(IPAddress.Parse($"2001:db8::{i:x}"), out _);

        Assert.NotNull(_lockout.Fail(IPAddress.Parse("2001:db8::ffff"), out _));
        Assert.Null(_lockout.Fail(IPAddress.Parse("2001:db8:0:1::1"), out _));
    }

    [Fact]
    public void More_addresses_than_are_watched_share_one_count_and_free_nobody()
    {
        Fail(Attacker, FailuresMax);
        for (var i = 1; i < Lockout.AddressesMax; i++)
            _lockout.Fail(new IPAddress([10, 0, (byte)(i >> 8), (byte)i]), out _);

        Fail(IPAddress.Parse("192.0.2.100"), FailuresMax);

        Assert.NotNull(_lockout.Fail(Attacker, out _));
        Assert.NotNull(_lockout.Fail(IPAddress.Parse("192.0.2.101"), out _));
        Assert.Null(_lockout.Delay(IPAddress.Parse("192.0.2.101"), Key));
    }

    [Fact]
    public async Task Over_the_wire_it_is_429_with_Retry_After_and_a_key_used_before_passes()
    {
        await using var server = KeyedServer.Start(services => services.AddSingleton<TimeProvider>(_time).AddSingleton<IStartupFilter>(new FromAfar()));
        Assert.Equal(200, (await server.GetAsync("reader", "/indexes")).Status);
        for (var i = 0; i < FailuresMax; i++)
            Assert.Equal(401, (await server.GetAsync("nobody", "/indexes")).Status);

        var locked = await server.GetAsync("nobody", "/indexes");

        Assert.Equal((429, "RESOURCE_EXHAUSTED"), (locked.Status, locked.Json.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(Lockout.LockedFor, locked.Headers.RetryAfter!.Delta);
        Assert.Equal(200, (await server.GetAsync("reader", "/indexes")).Status);
        _time.Advance(Lockout.LockedFor);
        Assert.Equal(401, (await server.GetAsync("nobody", "/indexes")).Status);
    }

    [Fact]
    public async Task A_right_key_from_an_address_that_is_shut_out_is_a_line_of_the_audit_log()
    {
        using var files = new TempData();
        var path = Path.Combine(files.Path, "audit.jsonl");
        await using var server = KeyedServer.Start(services => services.AddSingleton<TimeProvider>(_time).AddSingleton<IStartupFilter>(new FromAfar()), ("AuditLog", path));
        for (var i = 0; i < FailuresMax; i++)
            await server.GetAsync("nobody", "/indexes");

        for (var i = 0; i < 5; i++)
            Assert.Equal(429, (await server.GetAsync("reader", "/indexes/things/vectors/list")).Status);
        Assert.Equal(429, (await server.GetAsync("nobody", "/indexes/things/vectors/list")).Status);

        var lines = File.ReadAllLines(path);
        Assert.Equal(FailuresMax + 1, lines.Length);
        Assert.Contains("\"key\":\"reader\"", lines[^1], StringComparison.Ordinal);
        Assert.Contains("Too many wrong keys", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Where_it_is_off_nobody_is_shut_out()
    {
        var off = new Lockout(0, _time);
        for (var i = 0; i < 100; i++)
            Assert.Null(off.Fail(Attacker, out _));

        Assert.Null(off.Delay(Attacker, Key));
    }

    private void Fail(IPAddress address, int count)
    {
        for (var i = 1; i <= count; i++)
        {
            Assert.Null(_lockout.Fail(address, out var isNew));
            Assert.Equal(i == FailuresMax, isNew);
        }
    }

    /// <summary>In memory there is no address, which counts as this machine's: every request comes from the attacker's instead.</summary>
    private sealed class FromAfar : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, following) =>
            {
                context.Connection.RemoteIpAddress = Attacker;
                return following(context);
            });
            next(app);
        };
    }
}
