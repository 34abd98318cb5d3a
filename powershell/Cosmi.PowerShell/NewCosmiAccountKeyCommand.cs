using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Makes one of an account's keys anew, and gives it.</summary>
    [Cmdlet(VerbsCommon.New, "CosmiAccountKey", DefaultParameterSetName = AccountSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
    [OutputType(typeof(AccountKey))]
    public sealed class NewCosmiAccountKeyCommand : CosmiKeyCmdlet
    {
        // Declared anew for what it may not be taken from: the commands that only read are glad of any object with an account's name.
        /// <inheritdoc/>
        [Parameter(ParameterSetName = AccountSet, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        [Alias("Name")]
        [ArgumentCompleter(typeof(AccountNameCompleter))]
        [Names("account", isOne: true)]
        public override string? AccountName { get; set; }

        /// <summary>Which key.</summary>
        [Parameter(Mandatory = true, Position = 1)]
        [OneOf(typeof(CosmiKeyRole))]
        public CosmiKeyRole Kind { get; set; }

        private protected override bool Changes => true;

        // A second run begins anew, unlike that of other commands.
        private protected override string GoesOn =>
            "What Azure has accepted goes on there, so the key may be a new one already: Get-CosmiAccountKey gives it. The same command, run again, replaces it once more.";

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            CosmiAccountReference? account = Account();
            if (account == null)
            {
                return;
            }

            CosmiKeyRole kind = Kind;
            CosmiClient client = Connection.Native;
            Task<CosmiKeys> Replace(CosmiCallOptions options, CancellationToken stop) => ReplaceAsync(client, account, kind, options, stop);
            if (!ShouldSend(
                Target(account),
                $"Replace the {kind} key of account {Target(account)}; the former one opens nothing any more",
                $"POST {ArmPath.Account(account)}/regenerateKey {{\"keyKind\":\"{Spelled(kind)}\"}}",
                Replace))
            {
                return;
            }

            Enqueue(
                Target(account),
                Replace,
                keys =>
                {
                    Session.Current.Names.Add(NameKind.Account, keys.AccountName);
                    foreach (CosmiKey key in keys.Keys.Where(key => key.Role == kind))
                    {
                        WriteObject(new AccountKey(keys.AccountName, key.Role, PlainText.Of(key.Value, AsPlainText)));
                    }
                });
        }

        private static async Task<CosmiKeys> ReplaceAsync(
            CosmiClient client,
            CosmiAccountReference account,
            CosmiKeyRole kind,
            CosmiCallOptions options,
            CancellationToken stop)
        {
            await client.RegenerateKeyAsync(account, kind, options, stop).ConfigureAwait(false);
            CosmiKeyKind access = kind == CosmiKeyRole.Primary || kind == CosmiKeyRole.Secondary ? CosmiKeyKind.ReadWrite : CosmiKeyKind.ReadOnly;
            return await client.ListKeysAsync(account, access, options, stop).ConfigureAwait(false);
        }

        private static string Spelled(CosmiKeyRole kind)
        {
            switch (kind)
            {
                case CosmiKeyRole.Primary:
                    return "primary";
                case CosmiKeyRole.Secondary:
                    return "secondary";
                case CosmiKeyRole.PrimaryReadOnly:
                    return "primaryReadonly";
                default:
                    return "secondaryReadonly";
            }
        }
    }
}
