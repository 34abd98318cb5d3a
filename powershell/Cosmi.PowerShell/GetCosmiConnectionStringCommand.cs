using System.Collections.Generic;
using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Gets an account's connection strings.</summary>
    [Cmdlet(VerbsCommon.Get, "CosmiConnectionString", DefaultParameterSetName = AccountSet)]
    [OutputType(typeof(ConnectionString))]
    public sealed class GetCosmiConnectionStringCommand : CosmiKeyCmdlet
    {
        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            CosmiAccountReference? account = Account();
            if (account == null)
            {
                return;
            }

            Enqueue<IReadOnlyList<CosmiConnectionString>>(
                Target(account),
                (options, stop) => Connection.Native.ListConnectionStringsAsync(account, options, stop),
                all =>
                {
                    foreach (CosmiConnectionString one in all)
                    {
                        Session.Current.Names.Add(NameKind.Account, one.AccountName);
                        WriteObject(new ConnectionString(one, PlainText.Of(one.Value, AsPlainText)));
                    }
                });
        }
    }
}
