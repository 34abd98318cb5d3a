using System;
using System.Diagnostics;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Gives an identity a role on an account, or on data in it; who has it keeps it.</summary>
    [Cmdlet(VerbsSecurity.Grant, "CosmiAccess", DefaultParameterSetName = AccountSet, SupportsShouldProcess = true)]
    [OutputType(typeof(Access))]
    public sealed class GrantCosmiAccessCommand : CosmiAccessCmdlet
    {
        private static readonly TimeSpan[] Pauses =
        {
            TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(15),
        };

        private string? _audience;

        /// <summary>Whom: the object id of an identity.</summary>
        [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
        [Alias("ObjectId")]
        [AllowNull]
        [AllowEmptyString]
        [AfterResourceId]
        public string? PrincipalId { get; set; }

        /// <summary>Which role, by its name or its id.</summary>
        [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
        [ArgumentCompleter(typeof(RoleCompleter))]
        [AfterResourceId]
        public string Role { get; set; } = string.Empty;

        /// <summary>Waits until the role counts, where it is this machine's own identity that gets it.</summary>
        [Parameter]
        public SwitchParameter Wait { get; set; }

        /// <summary>Does not wait until Azure is done, which takes some seconds for Cosmos DB's own roles.</summary>
        [Parameter]
        public SwitchParameter NoWait { get; set; }

        private protected override bool Changes => true;

        /// <inheritdoc/>
        protected override void BeginProcessing()
        {
            base.BeginProcessing();
            if (Wait && NoWait)
            {
                Refuse("-Wait and -NoWait do not go together", "leave one of them out");
            }
        }

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            if (DataPlane && Wait)
            {
                Refuse(
                    "-Wait and -DataPlane do not go together: whether such a role has taken effect shows only where data is used with a token, which this module does not do",
                    "leave -Wait out: the command ends when Azure has recorded the role, which takes effect some minutes later");
            }

            CosmiAccountReference? account = Account();
            if (account == null || !IsPrincipal(PrincipalId) || !(Scope() is DataScope scope))
            {
                return;
            }

            if (DataPlane)
            {
                GrantData(account, scope);
            }
            else
            {
                GrantRole(account);
            }
        }

        private void GrantData(CosmiAccountReference account, DataScope scope)
        {
            string principal = PrincipalId!;
            string role = Role;
            Task<CosmiResources> Grant(CosmiCallOptions options, CancellationToken stop) =>
                Connection.Native.GrantDataAccessAsync(account, scope.Database, scope.Collection, principal, role, !NoWait, options, stop);
            if (!ShouldSend(
                principal,
                $"Give {principal} the role {role} on the data of {Place(account, scope)}",
                $"PUT {ArmPath.DataRoleAssignment(account)} {ArmBody.DataRoleAssignment(account, scope, principal, role)}",
                Grant))
            {
                return;
            }

            Enqueue(
                principal,
                Grant,
                granted =>
                {
                    Remember(account.Name, scope.Database, scope.Collection);
                    WriteObject(Access.Given(granted, account.Name, scope, principal, role));
                });
        }

        private void GrantRole(CosmiAccountReference account)
        {
            string principal = PrincipalId!;
            string role = Role;
            CosmiClient client = Connection.Native;
            Task<CosmiResources> Grant(CosmiCallOptions options, CancellationToken stop) => client.GrantAccessAsync(account, principal, role, options, stop);
            if (!ShouldSend(
                principal,
                $"Give {principal} the role {role} on account {Target(account)}",
                $"PUT {ArmPath.RoleAssignment(account)} {ArmBody.RoleAssignment(account, principal, role)}",
                Grant))
            {
                return;
            }

            string? audience = Wait ? _audience ?? (_audience = ArmAudience(() => Require(null, Connection.Native.GetEnvironmentAsync))) : null;
            TimeSpan? patience = Timeout;
            bool isOwn = true;
            Enqueue(
                principal,
                async (options, stop) =>
                {
                    CosmiResources granted = await Grant(options, stop).ConfigureAwait(false);
                    if (audience != null)
                    {
                        isOwn = await IsOwnAsync(client, audience, principal, options, stop).ConfigureAwait(false);
                        if (isOwn)
                        {
                            await UntilItCountsAsync(client, audience, account, role, patience, options, stop).ConfigureAwait(false);
                        }
                    }

                    return granted;
                },
                granted =>
                {
                    if (!isOwn)
                    {
                        WriteWarning($"{principal} is not the identity of this machine, so nothing was waited for: Test-CosmiAccess there tells when the role counts.");
                    }

                    Remember(account.Name, null, null);
                    WriteObject(new Access(granted.Json[0], account.Name, granted.Change));
                });
        }

        private static async Task<bool> IsOwnAsync(CosmiClient client, string audience, string principal, CosmiCallOptions options, CancellationToken stop)
        {
            using CosmiToken token = await client.GetTokenAsync(audience, options, stop).ConfigureAwait(false);
            string? own = Members.Member(JsonReader.ReadObject(token.ClaimsJson), "oid") as string;
            return string.Equals(own, principal, StringComparison.OrdinalIgnoreCase);
        }

        /// <summary>Tries what the role allows, each time with a new token: those from before the grant do not know of it.</summary>
        private async Task UntilItCountsAsync(
            CosmiClient client,
            string audience,
            CosmiAccountReference account,
            string role,
            TimeSpan? patience,
            CosmiCallOptions options,
            CancellationToken stop)
        {
            var watch = Stopwatch.StartNew();
            for (int attempt = 0; ; attempt++)
            {
                (await client.RenewTokenAsync(audience, options, stop).ConfigureAwait(false)).Dispose();
                try
                {
                    await TryAsync(client, account, role, options, stop).ConfigureAwait(false);
                    return;
                }
                catch (CosmiException failure) when (failure.Status == CosmiStatus.Forbidden || failure.Status == CosmiStatus.NotFound)
                {
                    TimeSpan pause = Pauses[Math.Min(attempt, Pauses.Length - 1)];
                    if (watch.Elapsed + pause > patience)
                    {
                        throw new TimeoutException($"the role {role} was given, and does not count yet after {watch.Elapsed.TotalSeconds:0} s", failure);
                    }

                    Tell($"the role {role} was given, and does not count yet");
                    await Task.Delay(pause, stop).ConfigureAwait(false);
                }
            }
        }

        private static async Task TryAsync(CosmiClient client, CosmiAccountReference account, string role, CosmiCallOptions options, CancellationToken stop)
        {
            switch (AzureRole.Find(role, dataPlane: false)?.Name)
            {
                case "DocumentDB Account Contributor":
                case "Contributor":
                    (await client.ListKeysAsync(account, CosmiKeyKind.ReadWrite, options, stop).ConfigureAwait(false)).Dispose();
                    break;
                case "Cosmos DB Account Reader Role":
                case "Reader":
                    (await client.ListKeysAsync(account, CosmiKeyKind.ReadOnly, options, stop).ConfigureAwait(false)).Dispose();
                    break;
                default:
                    await client.GetAccountAsync(account, options, stop).ConfigureAwait(false);
                    break;
            }
        }
    }
}
