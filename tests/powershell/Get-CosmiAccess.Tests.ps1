BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Changes.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Get-CosmiAccess' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator -NoPause
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name Get-CosmiAccess | Should -Be @(
            '-AccountName [String] Account<name'
            '-Client [Client] All'
            '-Collection|Name|Container [String] All<name'
            '-Database|DatabaseName [String] All<name'
            '-DataPlane [SwitchParameter] All<name'
            '-PrincipalId|ObjectId [String] All@0<name'
            '-ResourceGroupName|ResourceGroup [String] Account<name'
            '-ResourceId [String] ResourceId!<name'
            '-SubscriptionId [String] Account<name'
            '-TimeoutSec [Int32] All'
        )
    }

    It 'tells who has which role, and where it was given' {
        $all = Get-CosmiAccess -AccountName readeraccount
        $own = $all | Where-Object { $_.Role -eq 'Cosmos DB Account Reader Role' }
        $own | Out-String | Should -BeLike '*Given on*account*'
        $own | Should -BeOfType ([Cosmi.Access])
        $own.PrincipalId | Should -Be '33333333-0000-0000-0000-000000000002'
        $own.AccountName | Should -Be 'readeraccount'
        $own.RoleId | Should -Be 'fbdf93bf-df7d-467e-a4d2-9458aa1360c8'
        $own.ScopeText | Should -Be 'account'
        $own.Change | Should -Be 'None'
        ($all | Where-Object { $_.Role -eq 'Reader' }).ScopeText | Should -Be 'group rg'
        @($all | Where-Object { $_.ScopeText -eq 'subscription' }).Count | Should -BeGreaterThan 0
    }

    It 'tells those of one identity' {
        $reader = Get-CosmiAccess -AccountName myaccount -PrincipalId 22222222-0000-0000-0000-000000000002
        @($reader).Count | Should -Be 1
        $reader.Role | Should -Be 'Reader'
        @((Get-CosmiIdentity | Get-CosmiAccess -AccountName myaccount).Role) | Should -Contain 'DocumentDB Account Contributor'
    }

    It 'does not take a machine without an identity for everybody' {
        $failure = Invoke-Failing { Get-CosmiIdentity -VMName plainvm -ResourceGroupName rg | Get-CosmiAccess -AccountName myaccount -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.InvalidArgument'
    }

    It 'says <What>' -ForEach @(
        @{ What = 'that an id is none'; Arguments = @{ PrincipalId = 'me'; AccountName = 'myaccount' }; Id = 'Cosmi.InvalidArgument'; Target = 'me' }
        @{ What = 'that there is no such account'; Arguments = @{ AccountName = 'nosuchaccount' }; Id = 'Cosmi.NotFound'; Target = 'nosuchaccount' }
    ) {
        $failure = Invoke-Failing { Get-CosmiAccess @Arguments -ErrorAction Stop }
        $failure.Id | Should -Be $Id
        $failure.Target | Should -Be $Target
        $failure.Action | Should -Not -BeNullOrEmpty
    }
}

Describe 'Get-CosmiAccess -DataPlane' {
    BeforeAll {
        $function = '33333333-0000-0000-0000-000000000022'
        $own = '33333333-0000-0000-0000-000000000002'
        $reader = 'Cosmos DB Built-in Data Reader'
        $names = { @(Get-CosmiAccess -DataPlane -AccountName myaccount @args | ForEach-Object { '{0} on {1}' -f $_.Role, $_.ScopeText }) }
    }

    BeforeEach {
        Reset-Simulator -Simulator $simulator -NoPause
    }

    It 'tells who has which role on what, and nothing of the roles of Azure' {
        Get-CosmiAccess -DataPlane -AccountName myaccount | Should -BeNullOrEmpty
        $null = Grant-CosmiAccess -DataPlane -AccountName myaccount -PrincipalId $function -Role $reader
        $null = Grant-CosmiAccess -DataPlane -AccountName myaccount -PrincipalId $function -Role $reader -Database Test
        $null = Grant-CosmiAccess -DataPlane -AccountName myaccount -PrincipalId $own -Role 'Order Writer' -Database Test -Collection Test
        $all = @(Get-CosmiAccess -DataPlane -AccountName myaccount)
        $all.Count | Should -Be 3
        $all[1] | Should -BeOfType ([Cosmi.Access])
        $all[1].DataPlane | Should -BeTrue
        $all[1].PrincipalId | Should -Be $function
        $all[1].Change | Should -Be 'None'
        $all[1].AssignmentId | Should -BeLike '*/databaseAccounts/myaccount/sqlRoleAssignments/*'
        # The account's own role by its name
        & $names | Should -Be @("$reader on account", "$reader on database Test", 'Order Writer on collection Test in database Test')
        & $names -PrincipalId $own | Should -Be @('Order Writer on collection Test in database Test')
        & $names -Database Test | Should -Be @("$reader on account", "$reader on database Test")
        & $names -Database Test -Collection Test | Should -HaveCount 3
        & $names -Database D | Should -Be @("$reader on account")
        (Get-CosmiIdentity | Get-CosmiAccess -DataPlane -AccountName myaccount).PrincipalId | Should -Be $own
        (Get-CosmiAccess -AccountName myaccount).DataPlane | Should -Not -Contain $true
    }

    It 'shows the id of a role whose name may not be read' {
        $given = Grant-CosmiAccess -DataPlane -AccountName myaccount -PrincipalId $function -Role 'Order Writer'
        Add-SimulatorFault -Simulator $simulator -Match @{ face = 'arm'; path = '/sqlRoleDefinitions' } -Action @{ status = 403 } -Times 1
        (Get-CosmiAccess -DataPlane -AccountName myaccount).Role | Should -Be $given.RoleId
    }

    It 'says <What>' -ForEach @(
        @{ What = 'that a role of Azure is for no database'; Arguments = @{ AccountName = 'myaccount'; Database = 'Test' }; Id = 'Cosmi.InvalidArgument'; Target = 'Test' }
        @{ What = 'that a collection needs its database'; Arguments = @{ AccountName = 'myaccount'; DataPlane = $true; Collection = 'Test' }; Id = 'Cosmi.InvalidArgument'; Target = 'Test' }
        @{ What = 'that an id is none'; Arguments = @{ AccountName = 'myaccount'; DataPlane = $true; PrincipalId = 'me' }; Id = 'Cosmi.InvalidArgument'; Target = 'me' }
        @{ What = 'that there is no such account'; Arguments = @{ AccountName = 'nosuchaccount'; DataPlane = $true }; Id = 'Cosmi.NotFound'; Target = 'nosuchaccount' }
    ) {
        $failure = Invoke-Failing { Get-CosmiAccess @Arguments -ErrorAction Stop }
        $failure.Id | Should -Be $Id
        $failure.Target | Should -Be $Target
        $failure.Action | Should -Not -BeNullOrEmpty
    }
}
